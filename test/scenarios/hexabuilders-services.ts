/** Each service's schema in the dev stack, and its database and schema in production. */
export const SERVICES = {
  partner: { dev: "public", database: "partner_management", schema: "public" },
  onboarding: { dev: "onboarding", database: "onboarding", schema: "onboarding" },
  recruitment: { dev: "recruitment", database: "recruitment", schema: "recruitment" },
  campaign: { dev: "campaign_management", database: "campaign_management", schema: "campaign_management" },
} as const;
export type Name = keyof typeof SERVICES;
export const NAMES = Object.keys(SERVICES) as Name[];
