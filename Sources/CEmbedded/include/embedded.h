#pragma once
#include <stddef.h>
/// A file built into the program: its path below the repository root and its bytes.
typedef struct { const char *path; const unsigned char *bytes; size_t count; } continuo_embedded_file;
/// All embedded files, ended by an entry whose path is NULL.
extern const continuo_embedded_file continuo_embedded_files[];
