import type { MailReader } from '../api/api-context.ts'

export async function createOutbox(_options: unknown): Promise<MailReader & { wake(): void; stop(): Promise<void> }> {
  return {
    list: async () => [],
    html: async () => null,
    eml: async () => null,
    delivery: () => 'files',
    wake() {},
    async stop() {},
  }
}
