// `palier serve`: runs until it is told to stop, then lets what is under way finish.
import { parseArgs } from 'node:util';
import { createGateway } from '../gateway.ts';
import { type Command, print, soundConfig } from './terminal.ts';

export const serveCommand: Command = async (argv, terminal) => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
    },
  });
  const config = soundConfig(values.config, terminal);
  const gateway = await createGateway(config);
  const { port, healthPort } = await gateway.listen();
  const ready = {
    listening: `${config.listen.host}:${port}`,
    health: `${config.healthListen.host}:${healthPort}`,
    origin: config.origin.origin,
    mode: config.mode,
  };
  print(
    terminal,
    values.json,
    ready,
    `palier listens on ${ready.listening} for ${ready.origin} (${ready.mode}); health on ${ready.health}\n`,
  );
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await gateway.close();
  return 0;
};
