/** `contact/tenants/tenant1` → `contact/tenants`, `tenant1`; a dataset that is no tenant's is a group by itself. */
export function splitTenant(name: string): { readonly group: string; readonly tenant?: string } {
  const [service, part, ...tenant] = name.split("/");
  if (part === undefined || tenant.length === 0) return { group: name };
  return { group: `${service}/${part}`, tenant: tenant.join("/") };
}
