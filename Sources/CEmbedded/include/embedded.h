#pragma once
#include <stddef.h>

/// A file built into the program: its path below the repository root, after `../../`, and its bytes.
typedef struct {
    const char *_Nonnull path;
    const unsigned char *_Nonnull bytes;
    size_t count;
} continuo_embedded_file;

/// The embedded files, in the order of `embedded.c`.
extern const continuo_embedded_file *_Nonnull const continuo_embedded_files;
extern const size_t continuo_embedded_file_count;
