/* fltmgrd's life: arguments, settings, start, the wait for a signal, a clean end. Everything else is
 * control.c's. */
#include "daemon/control.h"
#include "daemon/own.h"
#include "daemon/sanitizer.h"
#include "daemon/settings.h"
#include "daemon/volumes.h"
#include "channel/wire.h"
#include "ntoskrnl/ke/report.h"
#include "rtl/status.h"
#include "rtl/version.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

OFM_API int ofm_daemon_main(int argc, char **argv);

struct arguments {
    char runtime[256];
    char registry[512];
    const char *settings, *sanitizer;
    bool registry_given;
};

static const char usage[] =
    "usage: fltmgrd [-r DIR] [-R FILE] [-s FILE] [--sanitizer KIND] [-V]\n"
    "The filter manager. Runs in the foreground until SIGTERM or SIGINT; logs to standard error.\n"
    "  -r, --runtime DIR     where the control socket stands (default: $OPENFLTMGR_RUNTIME,\n"
    "                        /run/openfltmgr for root, else $XDG_RUNTIME_DIR/openfltmgr)\n"
    "  -R, --registry FILE   the registry (default: /var/lib/openfltmgr/registry.reg for root in\n"
    "                        /run/openfltmgr, else registry.reg in DIR)\n"
    "  -s, --settings FILE   settings (default: /etc/openfltmgr.conf if it is there)\n"
    "      --sanitizer KIND  the manager for drivers that were built with fltcc --asan (address),\n"
    "                        --tsan (thread), --ubsan (undefined); or none of them (none)\n"
    "  -V, --version         print the version\n"
    "  -h, --help            print this\n";

/* 0 to go on, else the exit status + 1. */
static int parse(int argc, char **argv, struct arguments *a)
{
    static const struct option options[] = {{"runtime", required_argument, NULL, 'r'},
        {"registry", required_argument, NULL, 'R'}, {"settings", required_argument, NULL, 's'},
        {"sanitizer", required_argument, NULL, 'S'}, {"version", no_argument, NULL, 'V'},
        {"help", no_argument, NULL, 'h'}, {0}};
    int c;

    while ((c = getopt_long(argc, argv, "r:R:s:Vh", options, NULL)) != -1) {
        switch (c) {
        case 'r':
            setenv("OPENFLTMGR_RUNTIME", optarg, 1);
            break;
        case 'R':
            snprintf(a->registry, sizeof a->registry, "%s", optarg);
            a->registry_given = true;
            break;
        case 's':
            a->settings = optarg;
            break;
        case 'S':
            a->sanitizer = optarg;
            break;
        case 'V':
            printf("fltmgrd %s\n", rtl_version());
            return 1;
        case 'h':
            fputs(usage, stdout);
            return 1;
        default:
            fputs(usage, stderr);
            return 3;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "fltmgrd: unexpected argument \"%s\"\n%s", argv[optind], usage);
        return 3;
    }
    return 0;
}

/* A registry that cannot be written would forget the services at the manager's end. */
static int check_registry_place(const char *registry)
{
    char directory[512];
    struct stat st;

    snprintf(directory, sizeof directory, "%s", registry);
    char *slash = strrchr(directory, '/');
    if (slash != NULL)
        slash[slash == directory] = 0;
    if (stat(registry, &st) == 0 && !S_ISREG(st.st_mode)) {
        fprintf(stderr, "fltmgrd: the registry %s is not a file: name another with -R\n", registry);
        return 1;
    }
    if (access(slash != NULL ? directory : ".", W_OK | X_OK) == 0)
        return 0;
    fprintf(stderr,
        "fltmgrd: the registry %s cannot be written: %s: name a file with -R whose directory is there and "
        "yours\n",
        registry, strerror(errno));
    return 1;
}

static int choose_places(struct arguments *a)
{
    if (wire_runtime_directory(a->runtime, sizeof a->runtime) != 0) {
        fprintf(stderr, "fltmgrd: the runtime directory's path is too long\n");
        return 1;
    }
    if (mkdir(a->runtime, 0755) < 0 && errno != EEXIST) {
        fprintf(stderr,
            "fltmgrd: the runtime directory %s cannot be made: %s: choose another with -r, or make its "
            "parent\n",
            a->runtime, strerror(errno));
        return 1;
    }
    if (a->registry_given)
        return check_registry_place(a->registry);
    if (geteuid() == 0 && getenv("OPENFLTMGR_RUNTIME") == NULL) {
        mkdir("/var/lib/openfltmgr", 0755);
        snprintf(a->registry, sizeof a->registry, "/var/lib/openfltmgr/registry.reg");
    } else {
        snprintf(a->registry, sizeof a->registry, "%s/registry.reg", a->runtime);
    }
    return check_registry_place(a->registry);
}

/* Every name that Linux remembers holds a descriptor of ours: as many as the system allows. */
static void raise_limits(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Paths are absolute from here on, for the working directory is another one (V-214). */
static int keep_apart(struct arguments *a)
{
    char *runtime = realpath(a->runtime, NULL), *registry = NULL;
    bool ok =
        runtime != NULL && snprintf(a->runtime, sizeof a->runtime, "%s", runtime) < (int)sizeof a->runtime;

    free(runtime);
    if (ok && a->registry[0] != '/') {
        char *here = getcwd(NULL, 0);
        ok = here != NULL && asprintf(&registry, "%s/%s", here, a->registry) >= 0 &&
             snprintf(a->registry, sizeof a->registry, "%s", registry) < (int)sizeof a->registry;
        free(registry);
        free(here);
    }
    if (ok && own_begin(a->runtime, a->registry)) {
        setenv("OPENFLTMGR_RUNTIME", a->runtime, 1);
        return 0;
    }
    fprintf(stderr, "fltmgrd: %s or %s: %s\n", a->runtime, a->registry,
        ok ? strerror(errno) : "the path is too long");
    return 1;
}

static void ask_for_end(void)
{
    kill(getpid(), SIGTERM);
}

static int start(const struct arguments *a, const struct ofm_options *options)
{
    char memory[300];

    NTSTATUS status = ofm_start(options);
    if (status == STATUS_REGISTRY_CORRUPT) {
        fprintf(stderr, "fltmgrd: %s was damaged and has been set aside; starting with an empty registry\n",
            a->registry);
    } else if (!NT_SUCCESS(status)) {
        fprintf(stderr, "fltmgrd: the manager could not start: %s\n", rtl_status_name(status));
        return 1;
    }
    control_on_stop = ask_for_end;
    int error = control_start(a->runtime);
    if (error == -EADDRINUSE) {
        fprintf(stderr,
            "fltmgrd: a manager is running in %s already: end it with fltmc stop, or choose another "
            "directory with -r\n",
            a->runtime);
        return 1;
    }
    if (error == -EPERM) {
        fprintf(stderr,
            "fltmgrd: %s belongs to another user or everybody may write there: choose another directory with "
            "-r\n",
            a->runtime);
        return 1;
    }
    if (error != 0) {
        fprintf(stderr, "fltmgrd: %s/control: %s\n", a->runtime, strerror(-error));
        return 1;
    }
    snprintf(memory, sizeof memory, "%s/mounts", a->runtime);
    volumes_remember_in(memory);
    return 0;
}

int ofm_daemon_main(int argc, char **argv)
{
    struct arguments a = {0};
    struct ofm_options options = {.log_level = OFM_LOG_DRIVER};
    struct ofm_report report = {0};
    char message[512];
    sigset_t signals;
    int number;

    int end = parse(argc, argv, &a);
    if (end != 0)
        return end - 1;
    if (a.sanitizer != NULL && (end = sanitizer_become(a.sanitizer, argv)) != 0)
        return end;
    if (a.settings == NULL && access("/etc/openfltmgr.conf", R_OK) == 0)
        a.settings = "/etc/openfltmgr.conf";
    if (a.settings != NULL && !settings_read(a.settings, &options, message, sizeof message)) {
        fprintf(stderr, "fltmgrd: %s\n", message);
        return 2;
    }
    if (choose_places(&a) != 0)
        return 1;
    if (keep_apart(&a) != 0)
        return 1;
    options.registry_file = a.registry;
    /* before any thread is made: only sigwait below takes them */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    raise_limits();
    if (start(&a, &options) != 0)
        return 1;
    ke_log(KE_LOG_INFO, "fltmgrd %s is ready in %s", rtl_version(), a.runtime);
    while (sigwait(&signals, &number) != 0)
        ;
    ke_log(KE_LOG_INFO, "ending");
    control_stop();
    ofm_stop(&report);
    if (report.leaks > 0)
        fprintf(stderr, "fltmgrd: drivers left %lu objects behind (see above)\n", report.leaks);
    return 0;
}
