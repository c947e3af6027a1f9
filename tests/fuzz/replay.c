/* replay.c: feeds every file of the folders named to the fuzz target, so that ctest runs the
 * corpora without libFuzzer. Each file is fed whole and cut at a few places. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int feed(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f)
        return 0;
    static uint8_t bytes[1 << 20];
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    for (size_t cut = 0; cut < 5; cut++) {
        /* a copy of the exact size, so that AddressSanitizer sees a read past the end */
        size_t size = n - n * cut / 8;
        uint8_t *copy = malloc(size ? size : 1);
        if (!copy)
            return 0;
        for (size_t i = 0; i < size; i++)
            copy[i] = bytes[i];
        LLVMFuzzerTestOneInput(copy, size);
        free(copy);
    }
    return 1;
}

int main(int argc, char **argv) {
    int files = 0;
    for (int i = 1; i < argc; i++) {
        DIR *d = opendir(argv[i]);
        if (!d) {
            fprintf(stderr, "%s: no such corpus\n", argv[i]);
            return 1;
        }
        for (struct dirent *e; (e = readdir(d));) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name);
            if (e->d_name[0] != '.')
                files += feed(path);
        }
        closedir(d);
    }
    printf("%d files replayed\n", files);
    return files ? 0 : 1;
}
