// The configuration our own runs of apt read last, over the tree's: where things lie in the sandbox, and no hooks.

import { EXTENDED_STATES, SYSIMAGE } from '../tree/state-layout.js';

/** Directory of ours in the sandbox's /run. */
export const RUN_DIRECTORY = '/run/apt-ostree';

/** Programs that a tree's configuration may ask apt to run; none of them belongs in a read-only view. */
const HOOKS = [
  'APT::Update::Pre-Invoke',
  'APT::Update::Post-Invoke',
  'APT::Update::Post-Invoke-Success',
  'DPkg::Pre-Invoke',
  'DPkg::Post-Invoke',
  'DPkg::Pre-Install-Pkgs',
];

/**
 * @param cacheKey names the base: OSTree sets every time stamp to 0, so apt could take the package cache of another
 * base, with a status file of the same size, for its own
 */
export function aptConfig(cacheKey: string): string {
  const settings = {
    'Dir::State::status': `${SYSIMAGE}/dpkg/status`,
    'Dir::State::extended_states': EXTENDED_STATES,
    'Dir::State::lists': '/var/lib/apt/lists/',
    'Dir::Cache': '/var/cache/apt/',
    // apt leaves archives it has already out of --print-uris: it shall have none
    'Dir::Cache::archives': `${RUN_DIRECTORY}/none/`,
    'Dir::Cache::pkgcache': packageCacheName(cacheKey),
    'Dir::Cache::srcpkgcache': 'srcpkgcache.bin',
    'Dir::Log::Planner': '',
    'Acquire::ForceHash': 'sha256',
    'APT::Update::Error-Mode': 'any',
    'APT::Get::Assume-Yes': 'true',
    'Debug::NoLocking': 'true',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";`);
  return [...HOOKS.map((hook) => `#clear ${hook};`), ...lines, ''].join('\n');
}

export function packageCacheName(cacheKey: string): string {
  return `pkgcache-${cacheKey.slice(0, 16)}.bin`;
}

/**
 * Pins what the base has at its version, so that apt explains what stands against a request
 * instead of changing the base.
 */
export const BASE_PREFERENCES = 'Package: *\nPin: release a=now\nPin-Priority: 1001\n';
