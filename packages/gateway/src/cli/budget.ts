// `palier budget renew`: the operator accepts that Redis lost its counts. Until then every counted look-up is a 503.
import { parseArgs } from 'node:util';
import { openForCommand } from '../stores/open.ts';
import { type Command, print, soundConfig } from './terminal.ts';
import { demandAtMost, verbError } from './words.ts';

const price =
  'every presence is void, and within the next 24 hours an account may see what it saw before the loss and one more day cap';

const usage = 'write: palier budget renew';

export const budgetCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
    },
  });
  if (positionals[0] !== 'renew') throw verbError(positionals[0], ['renew'], usage);
  demandAtMost(1, positionals, usage);
  const stores = await openForCommand(soundConfig(values.config, terminal).stores);
  try {
    if (stores.renew === undefined) {
      print(terminal, values.json, { renewed: false }, 'these stores lose no counts: nothing to do\n');
      return 1;
    }
    const mark = await stores.renew();
    print(terminal, values.json, { renewed: true, mark }, `counting begins anew: ${price}\n`);
    return 0;
  } finally {
    await stores.close();
  }
};
