// The JSON Schema of palier.yaml, for editors: made from the very schema that reads it. It knows shapes, defaults and
// descriptions, not contradictions; `palier check` does.
import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The text of palier.schema.json. Its test says how to write it anew. */
export function jsonSchemaText(): string {
  const schema = configSchema({ readFile: () => '', environment: {} });
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return `${JSON.stringify({ title: 'palier.yaml', ...json }, null, 2)}\n`;
}
