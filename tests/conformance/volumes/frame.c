#include "frame.h"

#include "openfltmgr.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

pid_t frame_manager;
static int command = -1, answer = -1;

void frame_enter(void)
{
    if (geteuid() != 0 || access("/dev/fuse", R_OK | W_OK) != 0) {
        printf("1..0 # SKIP needs root and /dev/fuse\n");
        exit(0);
    }
    assert_int_equal(0, unshare(CLONE_NEWNS));
    assert_int_equal(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

void frame_directory(char path[64])
{
    strcpy(path, "/tmp/volumes-XXXXXX");
    assert_non_null(mkdtemp(path));
}

int frame_start(void (*run)(int commands, int answers))
{
    int commands[2], answers[2];
    char c;
    assert_true(pipe2(commands, O_CLOEXEC) == 0 && pipe2(answers, O_CLOEXEC) == 0);
    fflush(stdout);
    frame_manager = fork();
    if (frame_manager == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        run(commands[0], answers[1]);
        exit(0);
    }
    close(commands[0]);
    close(answers[1]);
    command = commands[1];
    answer = answers[0];
    if (read(answer, &c, 1) == 1)
        return 0;
    fail_msg("the manager did not start");
    return -1;
}

void frame_order(char order)
{
    assert_int_equal(1, write(command, &order, 1));
    assert_int_equal(1, read(answer, &order, 1));
}

int frame_quit(void)
{
    int status = 0;
    if (write(command, "q", 1) != 1)
        return -1;
    waitpid(frame_manager, &status, 0);
    return status;
}

int frame_result(int status)
{
    if (status <= 0)
        return status;
    /* cmocka counts no failed group teardown: a leak or a race in the manager must fail the test all the same */
    fprintf(stderr, "# the manager ended with status 0x%x\n", status);
    fflush(NULL);
    _exit(1);
}

void must(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "# manager: %s failed\n", what);
        _exit(99);
    }
}

void frame_last_name(PFILE_OBJECT file, char *name, int size)
{
    USHORT units = file->FileName.Length / 2, start = units;
    while (start && file->FileName.Buffer[start - 1] != u'\\')
        start--;
    int length = 0;
    for (USHORT i = start; i < units && length < size - 1; i++)
        name[length++] = (char)file->FileName.Buffer[i];
    name[length] = '\0';
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return ftw->level ? remove(path) : 0;
}

void frame_empty(const char *directory)
{
    nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void frame_remove(const char *directory)
{
    frame_empty(directory);
    rmdir(directory);
}

const char *frame_path(const char *directory, const char *name)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

unsigned long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long long)now.tv_sec * 1000 + (unsigned long long)now.tv_nsec / 1000000;
}
