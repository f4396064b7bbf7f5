/* As much of XML as project files use: elements, attributes, text, comments, entities. */
#ifndef FLTCC_XML_H
#define FLTCC_XML_H

#include "text.h"

struct xml {
    char *name;
    struct strings attributes; /* name, value, name, value ... */
    char *text;                /* all text directly inside */
    struct xml **child;
    size_t count;
};

/* Ends the program with path and line when the text is not well-formed. */
struct xml *xml_parse(const char *path, const char *text);
const char *xml_attribute(const struct xml *element, const char *name);
void xml_free(struct xml *element);

#endif
