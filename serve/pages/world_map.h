/*
 * world_map.h: the map of the places that a server is probed from.
 */
#ifndef PAGES_WORLD_MAP_H
#define PAGES_WORLD_MAP_H

struct html;
struct places;

/*
 * world_map_put(b, l): append the map as SVG, with a mark for each place whose
 * position is known; nothing where there is none.
 */
void world_map_put(struct html *b, const struct places *l);

#endif
