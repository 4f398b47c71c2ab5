// Every foreign function we call, by library. `?` after a star marks an argument that may be NULL (see foreign.ts).

/** libostree, and the GLib it brings along: their symbols are found through it. */
export const OSTREE_PROTOTYPES = {
  ostree_check_version: 'gboolean ostree_check_version(uint32_t year, uint32_t release)',

  ostree_sysroot_new: 'OstreeSysroot *ostree_sysroot_new(GFile *path)',
  ostree_sysroot_set_mount_namespace_in_use: 'void ostree_sysroot_set_mount_namespace_in_use(OstreeSysroot *self)',
  ostree_sysroot_ensure_initialized:
    'gboolean ostree_sysroot_ensure_initialized(OstreeSysroot *self, GCancellable *?c, _Out_ GError **error)',
  ostree_sysroot_load_if_changed:
    'gboolean ostree_sysroot_load_if_changed(OstreeSysroot *self, _Out_ gboolean *changed, GCancellable *?c, _Out_ GError **error)',
  ostree_sysroot_try_lock:
    'gboolean ostree_sysroot_try_lock(OstreeSysroot *self, _Out_ gboolean *acquired, _Out_ GError **error)',
  ostree_sysroot_unlock: 'void ostree_sysroot_unlock(OstreeSysroot *self)',
  ostree_sysroot_get_deployments: 'GPtrArray *ostree_sysroot_get_deployments(OstreeSysroot *self)',
  ostree_sysroot_get_booted_deployment: 'OstreeDeployment *ostree_sysroot_get_booted_deployment(OstreeSysroot *self)',
  ostree_sysroot_get_deployment_dirpath:
    'OwnedString ostree_sysroot_get_deployment_dirpath(OstreeSysroot *self, OstreeDeployment *deployment)',
  ostree_sysroot_repo: 'OstreeRepo *ostree_sysroot_repo(OstreeSysroot *self)',
  ostree_sysroot_init_osname:
    'gboolean ostree_sysroot_init_osname(OstreeSysroot *self, const char *name, GCancellable *?c, _Out_ GError **error)',
  ostree_sysroot_deploy_tree:
    'gboolean ostree_sysroot_deploy_tree(OstreeSysroot *self, const char *osname, const char *revision, GKeyFile *origin, OstreeDeployment *?merge, const char **?kargs, _Out_ OstreeDeployment **deployment, GCancellable *?c, _Out_ GError **error)',
  ostree_sysroot_stage_tree_with_options:
    'gboolean ostree_sysroot_stage_tree_with_options(OstreeSysroot *self, const char *osname, const char *revision, GKeyFile *origin, OstreeDeployment *?merge, const OstreeSysrootDeployTreeOpts *options, _Out_ OstreeDeployment **deployment, GCancellable *?c, _Out_ GError **error)',
  ostree_sysroot_write_deployments_with_options:
    'gboolean ostree_sysroot_write_deployments_with_options(OstreeSysroot *self, GPtrArray *deployments, const OstreeSysrootWriteDeploymentsOpts *options, GCancellable *?c, _Out_ GError **error)',
  ostree_sysroot_deployment_set_pinned:
    'gboolean ostree_sysroot_deployment_set_pinned(OstreeSysroot *self, OstreeDeployment *deployment, gboolean pinned, _Out_ GError **error)',
  ostree_sysroot_change_finalization:
    'gboolean ostree_sysroot_change_finalization(OstreeSysroot *self, OstreeDeployment *deployment, _Out_ GError **error)',
  ostree_sysroot_cleanup:
    'gboolean ostree_sysroot_cleanup(OstreeSysroot *self, GCancellable *?c, _Out_ GError **error)',
  ostree_sysroot_prepare_cleanup:
    'gboolean ostree_sysroot_prepare_cleanup(OstreeSysroot *self, GCancellable *?c, _Out_ GError **error)',
  ostree_sysroot_cleanup_prune_repo:
    'gboolean ostree_sysroot_cleanup_prune_repo(OstreeSysroot *self, const OstreeRepoPruneOptions *options, _Out_ int *total, _Out_ int *pruned, _Out_ uint64_t *freed, GCancellable *?c, _Out_ GError **error)',

  ostree_deployment_new:
    'OstreeDeployment *ostree_deployment_new(int index, const char *osname, const char *csum, int deployserial, const char *bootcsum, int bootserial)',
  ostree_deployment_set_bootconfig:
    'void ostree_deployment_set_bootconfig(OstreeDeployment *self, OstreeBootconfigParser *bootconfig)',
  ostree_deployment_get_osname: 'const char *ostree_deployment_get_osname(OstreeDeployment *self)',
  ostree_deployment_get_csum: 'const char *ostree_deployment_get_csum(OstreeDeployment *self)',
  ostree_deployment_get_bootcsum: 'const char *ostree_deployment_get_bootcsum(OstreeDeployment *self)',
  ostree_deployment_get_deployserial: 'int ostree_deployment_get_deployserial(OstreeDeployment *self)',
  ostree_deployment_get_origin: 'GKeyFile *ostree_deployment_get_origin(OstreeDeployment *self)',
  ostree_deployment_get_bootconfig: 'OstreeBootconfigParser *ostree_deployment_get_bootconfig(OstreeDeployment *self)',
  ostree_deployment_get_unlocked: 'int ostree_deployment_get_unlocked(OstreeDeployment *self)',
  ostree_deployment_is_staged: 'gboolean ostree_deployment_is_staged(OstreeDeployment *self)',
  ostree_deployment_is_pinned: 'gboolean ostree_deployment_is_pinned(OstreeDeployment *self)',
  ostree_deployment_is_finalization_locked: 'gboolean ostree_deployment_is_finalization_locked(OstreeDeployment *self)',
  ostree_bootconfig_parser_new: 'OstreeBootconfigParser *ostree_bootconfig_parser_new()',
  ostree_bootconfig_parser_set:
    'void ostree_bootconfig_parser_set(OstreeBootconfigParser *self, const char *key, const char *value)',
  ostree_bootconfig_parser_get:
    'const char *ostree_bootconfig_parser_get(OstreeBootconfigParser *self, const char *key)',

  ostree_kernel_args_from_string: 'OstreeKernelArgs *ostree_kernel_args_from_string(const char *?text)',
  ostree_kernel_args_to_strv: 'GStrv *ostree_kernel_args_to_strv(OstreeKernelArgs *self)',
  ostree_kernel_args_free: 'void ostree_kernel_args_free(OstreeKernelArgs *self)',

  ostree_repo_open_at:
    'OstreeRepo *ostree_repo_open_at(int dirfd, const char *path, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_create_at:
    'OstreeRepo *ostree_repo_create_at(int dirfd, const char *path, int mode, GVariant *?options, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_resolve_rev:
    'gboolean ostree_repo_resolve_rev(OstreeRepo *self, const char *refspec, gboolean allow_noent, _Out_ OwnedString *checksum, _Out_ GError **error)',
  ostree_repo_list_refs_ext:
    'gboolean ostree_repo_list_refs_ext(OstreeRepo *self, const char *?prefix, _Out_ GHashTable **refs, int flags, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_set_ref_immediate:
    'gboolean ostree_repo_set_ref_immediate(OstreeRepo *self, const char *?remote, const char *ref, const char *?checksum, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_load_commit:
    'gboolean ostree_repo_load_commit(OstreeRepo *self, const char *checksum, _Out_ GVariant **commit, _Out_ int *state, _Out_ GError **error)',
  ostree_repo_load_variant:
    'gboolean ostree_repo_load_variant(OstreeRepo *self, int kind, const char *checksum, _Out_ GVariant **variant, _Out_ GError **error)',
  ostree_repo_load_file:
    'gboolean ostree_repo_load_file(OstreeRepo *self, const char *checksum, _Out_ GInputStream **input, _Out_ GFileInfo **info, void *?xattrs, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_checkout_at:
    'gboolean ostree_repo_checkout_at(OstreeRepo *self, const OstreeRepoCheckoutAtOptions *options, int dirfd, const char *path, const char *commit, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_prepare_transaction:
    'gboolean ostree_repo_prepare_transaction(OstreeRepo *self, void *?resume, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_transaction_set_refspec:
    'void ostree_repo_transaction_set_refspec(OstreeRepo *self, const char *refspec, const char *?checksum)',
  ostree_repo_commit_transaction:
    'gboolean ostree_repo_commit_transaction(OstreeRepo *self, _Out_ OstreeRepoTransactionStats *stats, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_abort_transaction:
    'gboolean ostree_repo_abort_transaction(OstreeRepo *self, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_commit_modifier_new:
    'OstreeRepoCommitModifier *ostree_repo_commit_modifier_new(int flags, void *?filter, void *?data, void *?destroy)',
  ostree_repo_commit_modifier_unref: 'void ostree_repo_commit_modifier_unref(OstreeRepoCommitModifier *self)',
  ostree_repo_write_dfd_to_mtree:
    'gboolean ostree_repo_write_dfd_to_mtree(OstreeRepo *self, int dirfd, const char *path, OstreeMutableTree *tree, OstreeRepoCommitModifier *modifier, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_write_mtree:
    'gboolean ostree_repo_write_mtree(OstreeRepo *self, OstreeMutableTree *tree, _Out_ OstreeRepoFile **root, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_write_commit_with_time:
    'gboolean ostree_repo_write_commit_with_time(OstreeRepo *self, const char *?parent, const char *subject, const char *?body, GVariant *metadata, OstreeRepoFile *root, uint64_t time, _Out_ OwnedString *commit, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_file_tree_get_contents_checksum:
    'const char *ostree_repo_file_tree_get_contents_checksum(OstreeRepoFile *self)',
  ostree_repo_file_tree_get_metadata_checksum:
    'const char *ostree_repo_file_tree_get_metadata_checksum(OstreeRepoFile *self)',
  ostree_repo_prune:
    'gboolean ostree_repo_prune(OstreeRepo *self, int flags, int depth, _Out_ int *total, _Out_ int *pruned, _Out_ uint64_t *freed, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_copy_config: 'GKeyFile *ostree_repo_copy_config(OstreeRepo *self)',
  ostree_repo_write_config:
    'gboolean ostree_repo_write_config(OstreeRepo *self, GKeyFile *config, _Out_ GError **error)',
  ostree_repo_reload_config:
    'gboolean ostree_repo_reload_config(OstreeRepo *self, GCancellable *?c, _Out_ GError **error)',
  ostree_repo_traverse_new_reachable: 'GHashTable *ostree_repo_traverse_new_reachable()',
  ostree_repo_pull_with_options:
    'gboolean ostree_repo_pull_with_options(OstreeRepo *self, const char *url, GVariant *options, void *?progress, GCancellable *?c, _Out_ GError **error)',

  ostree_mutable_tree_new: 'OstreeMutableTree *ostree_mutable_tree_new()',
  ostree_mutable_tree_new_from_commit:
    'OstreeMutableTree *ostree_mutable_tree_new_from_commit(OstreeRepo *repo, const char *commit, _Out_ GError **error)',
  ostree_mutable_tree_lookup:
    'gboolean ostree_mutable_tree_lookup(OstreeMutableTree *self, const char *name, _Out_ OwnedString *file, _Out_ OstreeMutableTree **directory, _Out_ GError **error)',
  ostree_mutable_tree_remove:
    'gboolean ostree_mutable_tree_remove(OstreeMutableTree *self, const char *name, gboolean allow_noent, _Out_ GError **error)',

  g_free: 'void g_free(void *?memory)',
  g_strfreev: 'void g_strfreev(GStrv *?list)',
  g_set_print_handler: 'void *g_set_print_handler(void *handler)',
  g_log_writer_default_set_use_stderr: 'void g_log_writer_default_set_use_stderr(gboolean use)',
  g_quark_to_string: 'const char *g_quark_to_string(uint32_t quark)',
  g_error_free: 'void g_error_free(GError *error)',
  g_object_ref: 'void *g_object_ref(void *object)',
  g_object_unref: 'void g_object_unref(void *object)',
  g_ptr_array_new: 'GPtrArray *g_ptr_array_new()',
  g_ptr_array_add: 'void g_ptr_array_add(GPtrArray *array, void *element)',
  g_ptr_array_unref: 'void g_ptr_array_unref(GPtrArray *array)',
  g_hash_table_get_keys_as_array:
    'GPointerArray *g_hash_table_get_keys_as_array(GHashTable *table, _Out_ uint32_t *length)',
  g_hash_table_lookup: 'const char *g_hash_table_lookup(GHashTable *table, void *key)',
  g_hash_table_unref: 'void g_hash_table_unref(GHashTable *table)',
  g_key_file_new: 'GKeyFile *g_key_file_new()',
  g_key_file_load_from_data:
    'gboolean g_key_file_load_from_data(GKeyFile *self, const char *text, size_t length, int flags, _Out_ GError **error)',
  g_key_file_to_data: 'OwnedString g_key_file_to_data(GKeyFile *self, _Out_ size_t *length, _Out_ GError **error)',
  g_key_file_set_string:
    'void g_key_file_set_string(GKeyFile *self, const char *group, const char *key, const char *value)',
  g_key_file_unref: 'void g_key_file_unref(GKeyFile *self)',
  g_main_context_new: 'GMainContext *g_main_context_new()',
  g_main_context_push_thread_default: 'void g_main_context_push_thread_default(GMainContext *self)',
  g_main_context_pop_thread_default: 'void g_main_context_pop_thread_default(GMainContext *self)',
  g_main_context_unref: 'void g_main_context_unref(GMainContext *self)',
  g_file_new_for_path: 'GFile *g_file_new_for_path(const char *path)',
  g_file_info_get_file_type: 'int g_file_info_get_file_type(GFileInfo *self)',
  g_file_info_get_size: 'int64_t g_file_info_get_size(GFileInfo *self)',
  g_file_info_get_symlink_target: 'const char *g_file_info_get_symlink_target(GFileInfo *self)',
  g_file_info_get_attribute_uint32: 'uint32_t g_file_info_get_attribute_uint32(GFileInfo *self, const char *attribute)',
  g_input_stream_read_all:
    'gboolean g_input_stream_read_all(GInputStream *self, _Out_ uint8_t *buffer, size_t count, _Out_ size_t *got, GCancellable *?c, _Out_ GError **error)',

  g_variant_get_data: 'GVariantData *g_variant_get_data(GVariant *self)',
  g_variant_get_size: 'size_t g_variant_get_size(GVariant *self)',
  g_variant_ref_sink: 'GVariant *g_variant_ref_sink(GVariant *self)',
  g_variant_unref: 'void g_variant_unref(GVariant *self)',
  g_variant_new_string: 'GVariant *g_variant_new_string(const char *text)',
  g_variant_new_boolean: 'GVariant *g_variant_new_boolean(gboolean value)',
  g_variant_new_int32: 'GVariant *g_variant_new_int32(int value)',
  g_variant_new_uint64: 'GVariant *g_variant_new_uint64(uint64_t value)',
  g_variant_new_strv: 'GVariant *g_variant_new_strv(const char **?list, int64_t length)',
  g_variant_new_variant: 'GVariant *g_variant_new_variant(GVariant *value)',
  g_variant_new_dict_entry: 'GVariant *g_variant_new_dict_entry(GVariant *key, GVariant *value)',
  g_variant_builder_new: 'GVariantBuilder *g_variant_builder_new(const char *type)',
  g_variant_builder_add_value: 'void g_variant_builder_add_value(GVariantBuilder *self, GVariant *value)',
  g_variant_builder_end: 'GVariant *g_variant_builder_end(GVariantBuilder *self)',
  g_variant_builder_unref: 'void g_variant_builder_unref(GVariantBuilder *self)',
} as const;

export const LIBC_PROTOTYPES = {
  memcpy: 'void *memcpy(_Out_ uint8_t *to, void *from, size_t length)',
  getsockopt: 'int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint8_t *length)',
  flock: 'int flock(int fd, int operation)',
  prctl: 'int prctl(int option, uint64_t a, uint64_t b, uint64_t c, uint64_t d)',
  syncfs: 'int syncfs(int fd)',
  posix_fallocate: 'int posix_fallocate(int fd, int64_t offset, int64_t length)',
  llistxattr: 'int64_t llistxattr(const char *path, _Out_ uint8_t *names, size_t size)',
  lgetxattr: 'int64_t lgetxattr(const char *path, const char *name, _Out_ uint8_t *value, size_t size)',
  lsetxattr: 'int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)',
  lremovexattr: 'int lremovexattr(const char *path, const char *name)',
} as const;

export const SYSTEMD_PROTOTYPES = {
  sd_notify: 'int sd_notify(int unset_environment, const char *state)',
} as const;

/** Types that C code keeps to itself; we only pass their addresses on. */
export const OPAQUE_TYPES = [
  'OstreeSysroot',
  'OstreeDeployment',
  'OstreeBootconfigParser',
  'OstreeKernelArgs',
  'OstreeRepo',
  'OstreeRepoFile',
  'OstreeRepoCommitModifier',
  'OstreeMutableTree',
  'GCancellable',
  'GError',
  'GFile',
  'GFileInfo',
  'GHashTable',
  'GInputStream',
  'GKeyFile',
  'GMainContext',
  'GPointerArray',
  'GPtrArray',
  'GStrv',
  'GVariant',
  'GVariantBuilder',
  'GVariantData',
] as const;
