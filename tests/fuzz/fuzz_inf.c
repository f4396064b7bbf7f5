/* A driver's .inf file, as anybody may hand it to an administrator: read, looked through, made into a service. */
#include "install.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t length_of(const char *text)
{
    return text ? strlen(text) : 0;
}

/* Every text that a caller may look at ends somewhere. */
static size_t look_through(const struct inf *inf)
{
    size_t sum = 0;

    for (size_t s = 0; s < inf->count; s++) {
        const struct inf_section *section = &inf->section[s];
        sum += length_of(section->name) + (inf_section(inf, section->name) != NULL);
        for (size_t e = 0; e < section->count; e++) {
            const struct inf_entry *entry = &section->entry[e];
            if (entry->key && !inf_entry(section, entry->key))
                abort();
            sum += length_of(entry->key);
            for (size_t v = 0; v <= entry->count; v++) /* and one that it has not */
                sum += length_of(inf_value(entry, v));
        }
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size ? size : 1); /* of its own: a read beyond it shows */
    struct inf inf = {0};
    struct installation what = {0};

    memcpy(bytes, data, size);
    bool good = inf_read(&inf, bytes, size);
    free(bytes);
    if (good) {
        look_through(&inf);
        good = installation_read(&inf, &what);
    }
    if (good && (!what.service || !what.binary || !what.registry_text))
        abort();
    if (!good && inf.message[0] == 0)
        abort(); /* whoever is refused is told why */
    installation_free(&what);
    inf_free(&inf);
    return 0;
}
