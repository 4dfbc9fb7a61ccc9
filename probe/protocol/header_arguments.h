/*
 * header_arguments.h: arguments of a tool that are sent in header fields too,
 * because their properties in its schema have x-mcp-header (2026-07-28, "Custom
 * Headers from Tool Parameters"). Pure.
 */
#ifndef PROTOCOL_HEADER_ARGUMENTS_H
#define PROTOCOL_HEADER_ARGUMENTS_H

#include "http/failure.h"

#include <cjson/cJSON.h>

/*
 * header_arguments_name(property): what follows "Mcp-Param-" in the name of the
 * property's header field; lives as long as the property. NULL where it has no
 * x-mcp-header, or one that cannot be part of a field's name.
 */
const char *header_arguments_name(const cJSON *property);

/*
 * header_arguments_valid(tool, f): whether every x-mcp-header in the
 * inputSchema of a tool is as the specification wants it. False and *f where
 * one is not: a client that speaks 2026-07-28 must leave the tool out.
 */
bool header_arguments_valid(const cJSON *tool, struct failure *f);

#endif
