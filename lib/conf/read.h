/*
 * read.h: fills a struct conf from a YAML document, by the table of schema.h.
 */
#ifndef CONF_READ_H
#define CONF_READ_H

#include "conf/yaml.h"

struct conf;

/*
 * conf_read(doc, c, r): fill *c, which is all zero, from the document, and tell
 * r the places of its fields. What the document does not give gets its default;
 * a wrong value is reported to r, and its field stays zero.
 */
void conf_read(yaml_document_t *doc, struct conf *c, struct conf_errors *r);

#endif
