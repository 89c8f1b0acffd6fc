// `palier serve`: runs until it is told to stop, then lets what is under way finish. SIGHUP goes over to the configuration
// as it is written now, all or nothing.
import { parseArgs } from 'node:util';
import { createGateway, type Gateway } from '../gateway.ts';
import { soundStart } from './start-files.ts';
import { type Command, print, type Terminal } from './terminal.ts';

export const serveCommand: Command = async (argv, terminal) => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
    },
  });
  const reloads = holdReloads();
  const config = await soundStart(values.config, terminal);
  const gateway = await createGateway(config);
  const { port, healthPort } = await gateway.listen().catch(async (error: unknown) => {
    await gateway.close();
    throw error;
  });
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
  reloads.letThrough(reloading(gateway, values.config, terminal));
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await gateway.close();
  return 0;
};

interface Reloads {
  /** From now on each is done, and one at once where one was asked for before. */
  letThrough(reload: () => void): void;
}

/** A reload that is asked for while the gateway starts would end it: that is what the signal does to whoever does not listen. */
function holdReloads(): Reloads {
  let wasAsked = false;
  let act = (): void => {
    wasAsked = true;
  };
  process.on('SIGHUP', () => act());
  return {
    letThrough: (reload) => {
      act = reload;
      if (wasAsked) reload();
    },
  };
}

/** One reload after the other; what is unsound is told and changes nothing. */
function reloading(gateway: Gateway, path: string, terminal: Terminal): () => void {
  let last: Promise<void> = Promise.resolve();
  const reload = async (): Promise<void> => {
    try {
      await gateway.reload(await soundStart(path, terminal));
      terminal.err('palier serve: the configuration was reloaded\n');
    } catch (error) {
      terminal.err(
        `palier serve: not reloaded, the old configuration stays: ${error instanceof Error ? error.message : 'unknown error'}\n`,
      );
    }
  };
  return () => {
    last = last.then(reload);
  };
}
