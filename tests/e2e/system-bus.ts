// A system bus of the test's own, with dbus-daemon, our bus policy, polkitd and our polkit policy.

import { PolkitWorld } from '../dbus/polkit-world.js';
import { type PrivateBus, startBus } from '../dbus/private-bus.js';

/** `games` may do everything, `nobody` nothing; of others polkit wants a password, and nobody is there to give one. */
const RULES = `polkit.addRule(function (action, subject) {
  if (action.id.indexOf("org.projectatomic.aptostree.") !== 0) return polkit.Result.NOT_HANDLED;
  if (subject.user === "games") return polkit.Result.YES;
  if (subject.user === "nobody") return polkit.Result.NO;
  return polkit.Result.NOT_HANDLED;
});
`;

export async function startSystemBus(): Promise<PrivateBus> {
  const bus = await startBus();
  try {
    const polkit = await PolkitWorld.start(bus, RULES);
    return {
      ...bus,
      stop: async () => {
        await polkit.stop();
        await bus.stop();
      },
    };
  } catch (error) {
    await bus.stop();
    throw error;
  }
}
