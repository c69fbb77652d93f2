import type { ServerConnection } from "@rehome/migration";
import { applyRoleSettings, readRoleSettings } from "@rehome/migration";
import { plainError } from "../provider-errors";

/** What `RoleSettings` are made from, as the dynamic provider receives them: plain values. */
export interface RoleSettingsInputs {
  readonly server: ServerConnection;
  readonly database: string;
  readonly role: string;
  readonly settings: Readonly<Record<string, string>>;
}

const text = ({ database, role, settings }: RoleSettingsInputs): string =>
  JSON.stringify([database, role, Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** Connections alone are no change. A role or database never changes under one name: names carry both. */
export const diff = async (olds: RoleSettingsInputs, news: RoleSettingsInputs) => ({
  changes: text(olds) !== text(news),
});

const applied = async (inputs: RoleSettingsInputs): Promise<RoleSettingsInputs> => {
  try {
    await applyRoleSettings(inputs);
    return inputs;
  } catch (error) {
    throw plainError(error);
  }
};

export const create = async (inputs: RoleSettingsInputs) => ({
  id: `${inputs.role}@${inputs.database}`,
  outs: await applied(inputs),
});

export const update = async (inputs: RoleSettingsInputs) => ({ outs: await applied(inputs) });

/** What the server has now: a setting changed by hand shows in a refresh, and the next up puts it right. */
export const read = async (id: string, state: RoleSettingsInputs) => {
  try {
    return { id, props: { ...state, settings: await readRoleSettings(state) } };
  } catch (error) {
    throw plainError(error);
  }
};

/** The role may stay in the database for other reasons; its settings were ours. */
export const remove = async (state: RoleSettingsInputs): Promise<void> => {
  await applied({ ...state, settings: {} });
};
