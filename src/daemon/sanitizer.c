/* fltmgrd --sanitizer: a driver with AddressSanitizer or ThreadSanitizer needs a process that starts with the
 * same run-time, so another program of the installation takes this one's place. UndefinedBehaviorSanitizer's
 * is an ordinary library that any process can load. See sanitizer.h. */
#include "daemon/sanitizer.h"

#include "ntoskrnl/mm/image.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

static const struct kind {
    const char *word, *directory;
    enum mm_sanitizer sanitizer;
} kinds[] = {
    {"address", "asan", MM_ASAN},
    {"thread", "tsan", MM_TSAN},
    {"undefined", NULL, MM_PLAIN},
    {"none", NULL, MM_PLAIN},
};

static const struct kind *find_kind(const char *word)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].word, word) == 0)
            return &kinds[i];
    }
    return NULL;
}

/* PREFIX/bin/fltmgrd has its relatives in PREFIX/lib/openfltmgr/KIND; a build directory looks the same. */
static bool find_program(const struct kind *kind, char path[PATH_MAX])
{
    char own[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);

    if (n < 0)
        return false;
    own[n] = 0;
    *strrchr(own, '/') = 0;
    return snprintf(path, PATH_MAX, "%s/../lib/openfltmgr/%s/fltmgrd", own, kind->directory) < PATH_MAX;
}

/* gcc 12's ThreadSanitizer cannot live in an address space with many random bits. */
static void fix_addresses(void)
{
    int before = personality(0xffffffff);

    if (before < 0 || personality((unsigned long)before | ADDR_NO_RANDOMIZE) < 0)
        fprintf(stderr,
            "fltmgrd: addresses cannot be made fixed (%s): if ThreadSanitizer does not start, allow "
            "personality(2) in this container, or set vm.mmap_rnd_bits to 28\n",
            strerror(errno));
}

int sanitizer_become(const char *word, char *const *arguments)
{
    const struct kind *kind = find_kind(word);
    enum mm_sanitizer own = mm_own_sanitizer();
    char path[PATH_MAX];

    if (kind == NULL) {
        fprintf(stderr, "fltmgrd: --sanitizer is address, thread, undefined or none, not \"%s\"\n", word);
        return 2;
    }
    if (kind->sanitizer == own)
        return 0;
    if (own != MM_PLAIN) {
        fprintf(stderr,
            "fltmgrd: this program has %s built in: start the plain fltmgrd with --sanitizer %s\n",
            mm_sanitizer_name(own), word);
        return 2;
    }
    if (!find_program(kind, path) || access(path, X_OK) != 0) {
        fprintf(stderr,
            "fltmgrd: there is no manager with %s (%s): make install puts it there, make sanitized builds "
            "it\n",
            mm_sanitizer_name(kind->sanitizer), path);
        return 1;
    }
    if (kind->sanitizer == MM_TSAN)
        fix_addresses();
    execv(path, arguments);
    fprintf(stderr, "fltmgrd: %s: %s\n", path, strerror(errno));
    return 1;
}
