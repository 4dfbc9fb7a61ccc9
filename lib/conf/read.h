/*
 * read.h: a document becomes a struct conf, by the table of
 * schema.h.
 */
#ifndef CONF_READ_H
#define CONF_READ_H

#include "conf/yaml.h"

struct conf;

/*
 * conf_read(doc, c, r): fill *c, which is all zero, from the document, and the
 * places of its fields into r. What the document does not give has its default;
 * what is wrong in it is told to r and stays zero.
 */
void conf_read(yaml_document_t *doc, struct conf *c, struct conf_errors *r);

#endif
