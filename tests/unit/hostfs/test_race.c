/* Many threads on few names: creating, opening, renaming, deleting, looking up. Nothing hangs, nothing is counted wrong, and at the
 * end the volume knows no name and no stream any more. Meant for the sanitizers. */
#include "place.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 400, NAMES = 4 };

struct racer {
    struct place *place;
    unsigned seed;
};

static unsigned pick(struct racer *r, unsigned count)
{
    r->seed = r->seed * 1664525u + 1013904223u;
    return (r->seed >> 16) % count;
}

static void name_of(unsigned n, char16_t *name)
{
    char16_t text[] = u"\\d0\\f0";
    text[2] = (char16_t)(u'0' + n % 2);
    text[5] = (char16_t)(u'0' + n / 2);
    memcpy(name, text, sizeof text);
}

/* Only these may come back when others are at the same names. */
static void assert_plausible(NTSTATUS status)
{
    static const NTSTATUS known[] = {STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_NAME_COLLISION, STATUS_DELETE_PENDING,
        STATUS_ACCESS_DENIED, STATUS_FILE_DELETED, STATUS_SHARING_VIOLATION};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (status == known[i])
            return;
    fail_msg("status 0x%08x", (unsigned)status);
}

static void use(struct racer *r, PFILE_OBJECT file)
{
    char text[4];
    char16_t name[8], plain[3];
    FILE_DISPOSITION_INFORMATION_EX gone = {FILE_DISPOSITION_DELETE | (pick(r, 2) ? FILE_DISPOSITION_POSIX_SEMANTICS : 0)};
    FILE_STANDARD_INFORMATION standard;
    switch (pick(r, 5)) {
    case 0:
        assert_plausible(set(file, FileDispositionInformationEx, &gone, sizeof gone));
        break;
    case 1:
        name_of(pick(r, NAMES), name);
        memcpy(plain, name + 4, 4);
        plain[2] = 0;
        assert_plausible(move(file, FileRenameInformationEx, plain, pick(r, 4), NULL));
        break;
    case 2:
        assert_status(STATUS_SUCCESS, write_at(file, 0, "abcd", 4, NULL));
        read_at(file, 0, text, 4, NULL);
        break;
    case 3:
        query(file, FileStandardInformation, &standard, sizeof standard, NULL);
        break;
    default:
        break;
    }
}

static void look_up(struct racer *r)
{
    const struct io_base_ops *ops = r->place->volume->ops;
    struct io_node *root, *directory, *file;
    struct stat st;
    ops->node_root(r->place->volume, &root);
    if (ops->node_lookup(root, pick(r, 2) ? "d0" : "d1", &directory, &st) == 0) {
        int error = ops->node_lookup(directory, pick(r, 2) ? "f0" : "f1", &file, &st);
        if (error == 0)
            ops->node_release(file);
        else
            assert_int_equal(-ENOENT, error);
        ops->node_release(directory);
    }
    ops->node_release(root);
}

static void *race(void *context)
{
    struct racer *r = context;
    for (int i = 0; i < ROUNDS; i++) {
        struct opened o;
        char16_t name[8];
        name_of(pick(r, NAMES), name);
        NTSTATUS status = OPEN(r->place, &o, .name = name, .access = FILE_READ_DATA | FILE_WRITE_DATA | DELETE,
            .disposition = pick(r, 2) ? FILE_OPEN_IF : FILE_OVERWRITE_IF);
        assert_plausible(status);
        if (NT_SUCCESS(status)) {
            use(r, o.file);
            place_close(o.file);
        }
        look_up(r);
    }
    return NULL;
}

static void few_names(void **state)
{
    struct place *place = *state;
    pthread_t threads[THREADS];
    struct racer racers[THREADS];
    mkdir(place_path(place, "d0"), 0755);
    mkdir(place_path(place, "d1"), 0755);
    for (unsigned i = 0; i < THREADS; i++) {
        racers[i] = (struct racer){place, i * 7919 + 1};
        pthread_create(&threads[i], NULL, race, &racers[i]);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    const struct hostfs_volume *volume = hostfs_volume_of(place->volume);
    assert_int_equal(0, volume->node_count);
    assert_int_equal(0, volume->root->handles);
    assert_true(volume->scb_count <= 1); /* the root's lives as long as the volume */
    PFILE_OBJECT file;
    struct opened o;
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\d0\\f9", .access = FILE_WRITE_DATA, .share = 0, .disposition = FILE_CREATE));
    file = o.file; /* share access was left balanced */
    place_close(file);
}

/* Directories that move under those who walk through them. */
static void *turn(void *context)
{
    struct racer *r = context;
    for (int i = 0; i < ROUNDS; i++) {
        rename(place_path(r->place, "d0"), place_path(r->place, "x"));
        rename(place_path(r->place, "x"), place_path(r->place, "d0"));
    }
    return NULL;
}

static void *walk(void *context)
{
    struct racer *r = context;
    char buffer[256] __attribute__((aligned(8)));
    for (int i = 0; i < ROUNDS; i++) {
        struct opened o;
        NTSTATUS status = OPEN(r->place, &o, .name = u"\\d0\\f", .access = FILE_READ_DATA);
        if (status == STATUS_SUCCESS) {
            assert_status(STATUS_SUCCESS, query(o.file, FileNameInformation, buffer, sizeof buffer, NULL));
            place_close(o.file);
        } else if (status != STATUS_OBJECT_PATH_NOT_FOUND) {
            fail_msg("status 0x%08x", (unsigned)status);
        }
    }
    return NULL;
}

static void moving_directories(void **state)
{
    struct place *place = *state;
    struct racer racer = {place, 1};
    pthread_t turner, walkers[2];
    mkdir(place_path(place, "d0"), 0755);
    place_write(place, "d0/f", "x");
    pthread_create(&turner, NULL, turn, &racer);
    for (int i = 0; i < 2; i++)
        pthread_create(&walkers[i], NULL, walk, &racer);
    pthread_join(turner, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(walkers[i], NULL);
    assert_int_equal(0, hostfs_volume_of(place->volume)->node_count);
}

#define IN_PLACE(name, fn) TEST_WITH(name, fn, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE("V-001 V-004 V-005 V-185 many threads on few names", few_names),
        IN_PLACE("V-005 V-206 directories that move below", moving_directories),
    };
    return RUN_TESTS(tests, place_group, NULL);
}
