/*
 * File operations by Linux system calls on the same directory: directly, through a minimal pass-through on libfuse's low-level API (the
 * peer), and through a mount of the manager with no filter. Rounds are interleaved.
 * Arguments: the peer (bench_files_peer). Needs /dev/fuse.
 */
#include "measure.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/stat.h>

#include <openfltmgr.h>

#define FILE_SIZE (16 << 20)

static double time_opens(const char *path, int count)
{
    double start = seconds_now();
    for (int i = 0; i < count; i++) {
        int fd = open(path, O_RDONLY);
        if (fd < 0)
            return -1;
        close(fd);
    }
    return (seconds_now() - start) / count * 1e6;
}

/* Pages are dropped first, so that each read asks the file system. */
static double time_reads(const char *path, int count)
{
    static char buffer[4096];
    unsigned seed = 1;
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return -1;
    posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    double start = seconds_now();
    for (int i = 0; i < count; i++) {
        off_t at = (off_t)(rand_r(&seed) % (FILE_SIZE / 4096)) * 4096;
        if (pread(fd, buffer, sizeof buffer, at) != (ssize_t)sizeof buffer)
            return -1;
        posix_fadvise(fd, at, 4096, POSIX_FADV_DONTNEED);
    }
    close(fd);
    return (seconds_now() - start) / count * 1e6;
}

/* Forced to ask, whatever is cached. */
static double time_stats(const char *path, int count)
{
    struct statx info;
    double start = seconds_now();
    for (int i = 0; i < count; i++) {
        if (syscall(SYS_statx, AT_FDCWD, path, AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &info))
            return -1;
    }
    return (seconds_now() - start) / count * 1e6;
}

struct kind {
    const char *name;
    double (*time)(const char *path, int count);
    int count;
};

static const struct kind kinds[] = {{"open + close", time_opens, 500}, {"4 KiB read", time_reads, 1000}, {"stat", time_stats, 1000}};
#define KINDS (sizeof kinds / sizeof kinds[0])

static int measure(char paths[3][200], int rounds)
{
    static const char *const rows[3] = {"the directory itself", "libfuse pass-through", "openfltmgr mount"};
    static struct sample samples[3][KINDS];
    for (int round = 0; round < rounds; round++) {
        for (int row = 0; row < 3; row++) {
            for (size_t kind = 0; kind < KINDS; kind++) {
                double value = kinds[kind].time(paths[row], kinds[kind].count);
                if (value < 0) {
                    perror(paths[row]);
                    return 0;
                }
                add_value(&samples[row][kind], value);
            }
        }
    }
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (int row = 0; row < 3; row++) {
            samples[row][kind].row = rows[row];
            samples[row][kind].unit = "us";
            snprintf(samples[row][kind].cell, sizeof samples[row][kind].cell, "%s", kinds[kind].name);
            print_sample("files", &samples[row][kind]);
        }
    }
    return 1;
}

static int make_file(const char *path)
{
    static char block[1 << 20];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    memset(block, 'x', sizeof block);
    for (int i = 0; i < FILE_SIZE / (int)sizeof block; i++) {
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block)
            return 0;
    }
    return close(fd) == 0;
}

/* The peer writes one byte when it serves. */
static pid_t start_peer(const char *program, const char *source, const char *point)
{
    int ready[2];
    char byte;
    if (pipe(ready))
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ready[1], 1);
        close(ready[0]);
        execl(program, program, source, point, (char *)NULL);
        _exit(127);
    }
    close(ready[1]);
    int fine = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    return fine ? pid : -1;
}

/* The work on the mount runs in a process of its own: the manager's threads are then nobody's but the manager's. */
static int measure_apart(char paths[3][200], int rounds)
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(measure(paths, rounds) ? 0 : 1);
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
    char base[] = "/tmp/openfltmgr-bench-XXXXXX", source[100], peer_point[100], own_point[100], paths[3][200];
    int fine = 0, rounds = environment_number("BENCH_ROUNDS", 15);
    ofm_volume *volume = NULL;
    ofm_mount *mount = NULL;
    if (argc < 2 || !mkdtemp(base))
        return 2;
    snprintf(source, sizeof source, "%s/source", base);
    snprintf(peer_point, sizeof peer_point, "%s/peer", base);
    snprintf(own_point, sizeof own_point, "%s/own", base);
    mkdir(source, 0755);
    mkdir(peer_point, 0755);
    mkdir(own_point, 0755);
    snprintf(paths[0], sizeof paths[0], "%s/file", source);
    snprintf(paths[1], sizeof paths[1], "%s/file", peer_point);
    snprintf(paths[2], sizeof paths[2], "%s/file", own_point);
    pid_t peer = make_file(paths[0]) ? start_peer(argv[1], source, peer_point) : -1;
    if (peer > 0 && NT_SUCCESS(ofm_start(NULL)) && NT_SUCCESS(ofm_volume_add_directory(source, NULL, &volume)) &&
        NT_SUCCESS(ofm_mount_volume(volume, own_point, &mount)))
        fine = measure_apart(paths, rounds);
    if (mount)
        ofm_unmount(mount, 1);
    ofm_stop(NULL);
    if (peer > 0) {
        kill(peer, SIGTERM);
        waitpid(peer, NULL, 0);
    }
    unlink(paths[0]);
    rmdir(source);
    rmdir(peer_point);
    rmdir(own_point);
    rmdir(base);
    return fine ? 0 : 1;
}
