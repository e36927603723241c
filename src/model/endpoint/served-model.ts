import { WetreadError } from '../../errors.ts';
import { StatusError, type EndpointClient } from './client.ts';
import { ModelList } from './wire.ts';

export type ServedModel = {
  /** What requests name. */
  readonly id: string;
  /** Prompt and answer together; undefined when the server does not say. */
  readonly contextTokens: number | undefined;
};

/**
 * Which of the server's models is asked: the one that is set, or the only one there is. From `/v1/models`.
 *
 * Fails with `endpoint-model` (not served, or several and none set), `endpoint-not-openai`, and as any request does.
 */
export const findServedModel = async (
  client: EndpointClient,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<ServedModel> => {
  const models = await listModels(client, signal);
  // Some gateways list nothing; then the name that is set is taken at its word.
  if (models === undefined || models.length === 0) {
    if (wanted === undefined) throw new WetreadError('endpoint-model');
    return { id: wanted, contextTokens: undefined };
  }
  const served = chooseModel(models, wanted);
  if (served === undefined) throw new WetreadError('endpoint-model');
  return {
    id: wanted ?? served.id,
    contextTokens: served.max_model_len ?? served.meta?.n_ctx ?? undefined,
  };
};

type ListedModel = ModelList['data'][number];

const chooseModel = (
  models: readonly ListedModel[],
  wanted: string | undefined,
): ListedModel | undefined => {
  const [only, ...others] = models;
  if (wanted === undefined) return others.length === 0 ? only : undefined;
  // llama.cpp answers with its one model whatever name is asked for, and lists it by its file.
  if (only?.owned_by === 'llamacpp' && others.length === 0) return only;
  // Ollama lists "name:latest" and takes "name".
  return models.find(({ id }) => id === wanted || id === `${wanted}:latest`);
};

/** undefined: the server has no such list. */
const listModels = async (
  client: EndpointClient,
  signal: AbortSignal,
): Promise<readonly ListedModel[] | undefined> => {
  try {
    const page = await client.get<unknown>('/models', { signal });
    const parsed = ModelList.safeParse(page);
    if (!parsed.success) throw new WetreadError('endpoint-not-openai');
    return parsed.data.data;
  } catch (error) {
    const listless =
      error instanceof StatusError && error.status === 404 && error.fields !== undefined;
    if (listless) return undefined;
    throw error;
  }
};

/** llama.cpp names a model by the path of its file; users see the file's name. */
export const nameForUsers = (id: string): string =>
  id.endsWith('.gguf') ? (id.split(/[/\\]/).at(-1) ?? id).slice(0, -'.gguf'.length) : id;
