// C structures we fill or read, member by member as in libostree's headers (2022.7; later ones only name reserved members).
// koffi sets members we leave out to zero.

import koffi from 'koffi';

export function declareStructs(): void {
  koffi.struct('GErrorFields', { domain: 'uint32_t', code: 'int', message: 'const char *' });
  koffi.struct('GPtrArrayFields', { data: 'void *', length: 'uint32_t' });
  declareSysrootStructs();
  declareRepoStructs();
}

function declareSysrootStructs(): void {
  koffi.struct('OstreeSysrootDeployTreeOpts', {
    /** Since 2023.8; reserved before. */
    locked: 'gboolean',
    reserved_bools: koffi.array('int', 7),
    reserved_ints: koffi.array('int', 8),
    override_kernel_argv: 'const char **',
    overlay_initrds: 'const char **',
    reserved_pointers: koffi.array('void *', 6),
  });
  koffi.struct('OstreeSysrootWriteDeploymentsOpts', {
    do_postclean: 'gboolean',
    reserved_bools: koffi.array('int', 7),
    reserved_ints: koffi.array('int', 7),
    reserved_pointers: koffi.array('void *', 7),
  });
  koffi.struct('OstreeRepoPruneOptions', {
    flags: 'int',
    reachable: 'GHashTable *',
    reserved_bools: koffi.array('int', 6),
    reserved_ints: koffi.array('int', 6),
    reserved_pointers: koffi.array('void *', 7),
  });
}

function declareRepoStructs(): void {
  koffi.struct('OstreeRepoTransactionStats', {
    metadata_objects_total: 'uint32_t',
    metadata_objects_written: 'uint32_t',
    content_objects_total: 'uint32_t',
    content_objects_written: 'uint32_t',
    content_bytes_written: 'uint64_t',
    devino_cache_hits: 'uint32_t',
    reserved_int: 'uint32_t',
    reserved_longs: koffi.array('uint64_t', 3),
  });
  koffi.struct('OstreeRepoCheckoutAtOptions', {
    mode: 'int',
    overwrite_mode: 'int',
    enable_uncompressed_cache: 'gboolean',
    enable_fsync: 'gboolean',
    process_whiteouts: 'gboolean',
    no_copy_fallback: 'gboolean',
    force_copy: 'gboolean',
    bareuseronly_dirs: 'gboolean',
    force_copy_zerosized: 'gboolean',
    process_passthrough_whiteouts: 'gboolean',
    reserved_bools: koffi.array('int', 3),
    subpath: 'const char *',
    devino_to_csum_cache: 'void *',
    reserved_ints: koffi.array('int', 6),
    reserved_pointers: koffi.array('void *', 3),
    filter: 'void *',
    filter_user_data: 'void *',
    sepolicy: 'void *',
    sepolicy_prefix: 'const char *',
  });
}
