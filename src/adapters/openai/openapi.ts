export const createOpenApi = (): object => ({});
