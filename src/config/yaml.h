/* yaml.h: YAML text → a tree with line numbers.
 *
 * One document of maps, lists and scalars; anchors and aliases work within the limits, tags and
 * several documents do not. Limits: 1 MiB of text, 16 levels, 50,000 nodes counted as often as
 * aliases repeat them, 4096 keys in a map, 256 anchors. Scalars hold no control characters but line
 * feed and tab, so each can become a C string. */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include <tandem/arena.h>
#include <tandem/error.h>

enum yaml_type { YAML_NOTHING /* "", ~, null */, YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_type type;
    unsigned line; /* from 1 */
    struct td_str text;
    struct yaml_entry *entries;     /* MAP, in the file's order, keys unique */
    const struct yaml_node **items; /* LIST */
    size_t n;                       /* entries or items */
    size_t weight;                  /* nodes in it, with repetitions */
    struct yaml_node *made;         /* private: the one made before */
};
struct yaml_entry {
    struct td_str key;
    unsigned line;
    const struct yaml_node *value;
};

struct yaml_tree {
    const struct yaml_node *root;
    struct yaml_node *made; /* private: all nodes, also those that the root lost */
};

enum {
    YAML_TEXT_MAX = 1 << 20,
    YAML_DEPTH_MAX = 16,
    YAML_NODES_MAX = 50000,
    YAML_KEYS_MAX = 4096,
    YAML_ANCHORS_MAX = 256
};

typedef void yaml_fault(void *arg, unsigned line, const char *text);
/* TD_OK with the tree, which lives in the arena (duplicate keys were told by `fault`, the first
 * stands); an empty document is an empty map. TD_EPARSE, TD_ELIMIT: the root is NULL, `fault` was
 * told why. */
int yaml_parse(struct td_arena *a, struct td_str text, struct yaml_tree *out, yaml_fault *fault,
               void *arg);
/* Overwrites every scalar: a secret may have been among them. The tree is unusable after. Fine
 * after a failed parse too. */
void yaml_wipe(struct yaml_tree *tree);

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

#endif
