// A disk whose past can be called up: one file over FUSE, to be mounted through a loop device.
//
//   power-disk MOUNTPOINT IMAGE LOG   writes go to the image, and with each flush to the log, in the format of the kernel's
//                                     dm-log-writes; what is written to MOUNTPOINT/mark becomes a mark of that log
//   power-disk MOUNTPOINT IMAGE       writes stay in memory; a write to MOUNTPOINT/reset forgets them
//
// One thread serves all requests, so the log has them in the order in which they were answered.

#define _GNU_SOURCE
#define FUSE_USE_VERSION 31

#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512 };

/* linux/drivers/md/dm-log-writes.c; all little-endian, as this machine is. */
#define LOG_MAGIC 0x6a736677736872ULL
#define LOG_VERSION 1
enum { LOG_WRITE = 0, LOG_FLUSH = 1 << 0, LOG_MARK = 1 << 3 };

struct log_super {
	uint64_t magic, version, entries;
	uint32_t sector_size;
};

struct log_entry {
	uint64_t sector, sectors, flags, data_length;
};

static const char *mountpoint;
static char *disk;
static size_t disk_size;
static int log_fd = -1;
static uint64_t log_entries;
static off_t log_end = SECTOR;

static void must_write(const void *data, size_t length, off_t offset)
{
	while (length > 0) {
		ssize_t written = pwrite(log_fd, data, length, offset);
		if (written <= 0) {
			perror("power-disk: cannot write the log");
			abort();
		}
		data = (const char *)data + written;
		length -= written;
		offset += written;
	}
}

static void write_super(void)
{
	struct log_super head = { LOG_MAGIC, LOG_VERSION, log_entries, SECTOR };
	must_write(&head, sizeof head, 0);
}

/* A mark's text lies in the entry's own sector, a write's data in those after it. */
static void log_entry(struct log_entry entry, const char *data)
{
	char head[SECTOR] = { 0 };
	memcpy(head, &entry, sizeof entry);
	if (entry.flags & LOG_MARK)
		memcpy(head + sizeof entry, data, entry.data_length);
	must_write(head, SECTOR, log_end);
	log_end += SECTOR;
	if (entry.sectors > 0) {
		must_write(data, entry.sectors * SECTOR, log_end);
		log_end += entry.sectors * SECTOR;
	}
	log_entries++;
	write_super();
}

static int disk_getattr(const char *path, struct stat *st, struct fuse_file_info *info)
{
	(void)info;
	memset(st, 0, sizeof *st);
	st->st_nlink = 1;
	st->st_mode = S_IFREG | 0600;
	if (strcmp(path, "/") == 0) {
		st->st_mode = S_IFDIR | 0700;
		return 0;
	}
	if (strcmp(path, "/disk") == 0) {
		st->st_size = disk_size;
		return 0;
	}
	return strcmp(path, log_fd >= 0 ? "/mark" : "/reset") == 0 ? 0 : -ENOENT;
}

static int disk_open(const char *path, struct fuse_file_info *info)
{
	(void)path;
	/* nothing may be held back in, or answered from, a page cache of ours */
	info->direct_io = 1;
	return 0;
}

static int disk_read(const char *path, char *buffer, size_t length, off_t offset, struct fuse_file_info *info)
{
	(void)info;
	if (strcmp(path, "/disk") != 0 || (size_t)offset >= disk_size)
		return 0;
	if (length > disk_size - offset)
		length = disk_size - offset;
	memcpy(buffer, disk + offset, length);
	return length;
}

static int write_disk(const char *data, size_t length, off_t offset)
{
	if (length % SECTOR != 0 || offset % SECTOR != 0)
		return -EINVAL;
	if (offset < 0 || (size_t)offset > disk_size || length > disk_size - offset)
		return -ENOSPC;
	memcpy(disk + offset, data, length);
	if (log_fd >= 0)
		log_entry((struct log_entry){ offset / SECTOR, length / SECTOR, LOG_WRITE, 0 }, data);
	return length;
}

static int disk_write(const char *path, const char *data, size_t length, off_t offset, struct fuse_file_info *info)
{
	(void)info;
	if (strcmp(path, "/disk") == 0)
		return write_disk(data, length, offset);
	if (strcmp(path, "/reset") == 0)
		return madvise(disk, disk_size, MADV_DONTNEED) == 0 ? (int)length : -errno;
	if (length > SECTOR - sizeof(struct log_entry))
		return -EFBIG;
	log_entry((struct log_entry){ 0, 0, LOG_MARK, length }, data);
	return length;
}

static int disk_fsync(const char *path, int data_only, struct fuse_file_info *info)
{
	(void)data_only;
	(void)info;
	if (log_fd >= 0 && strcmp(path, "/disk") == 0)
		log_entry((struct log_entry){ 0, 0, LOG_FLUSH, 0 }, NULL);
	return 0;
}

/*
 * What is mounted on the disk later must not be in our own namespace: if that ended with us, its last flush would wait
 * for an answer of ours that never comes, and every sync(2) of the machine behind it.
 */
static void *leave_mounts(struct fuse_conn_info *connection, struct fuse_config *config)
{
	(void)connection;
	(void)config;
	int left = unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	/* nor our own disk: whoever unmounts it out there has to be the last */
	if (!left || umount2(mountpoint, MNT_DETACH) != 0) {
		perror("power-disk: cannot leave the mounts");
		abort();
	}
	return NULL;
}

static const struct fuse_operations OPERATIONS = {
	.init = leave_mounts,
	.getattr = disk_getattr,
	.open = disk_open,
	.read = disk_read,
	.write = disk_write,
	.fsync = disk_fsync,
};

static void fail(const char *doing)
{
	fprintf(stderr, "power-disk: cannot %s: %s\n", doing, strerror(errno));
	exit(1);
}

int main(int count, char **words)
{
	if (count != 3 && count != 4) {
		fprintf(stderr, "usage: power-disk MOUNTPOINT IMAGE [LOG]\n");
		return 2;
	}
	mountpoint = words[1];
	int image = open(words[2], O_RDWR);
	struct stat st;
	if (image < 0 || fstat(image, &st) != 0)
		fail("open the image");
	disk_size = st.st_size;
	int sharing = count == 4 ? MAP_SHARED : MAP_PRIVATE;
	disk = mmap(NULL, disk_size, PROT_READ | PROT_WRITE, sharing | MAP_NORESERVE, image, 0);
	if (disk == MAP_FAILED)
		fail("map the image");
	if (count == 4) {
		log_fd = open(words[3], O_RDWR | O_CREAT | O_TRUNC, 0600);
		if (log_fd < 0)
			fail("open the log");
		write_super();
	}
	char *arguments[] = { words[0], "-f", "-s", "-o", "fsname=power-disk", words[1], NULL };
	return fuse_main(6, arguments, &OPERATIONS, NULL);
}
