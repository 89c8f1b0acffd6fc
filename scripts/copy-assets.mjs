// After tsc: copies what is not TypeScript from src to dist (style sheets, SQL, Lua, templates).
// Runs in a package's own folder.
import { cpSync, statSync } from 'node:fs';

cpSync('src', 'dist', {
  recursive: true,
  filter: (source) => statSync(source).isDirectory() || !source.endsWith('.ts'),
});
