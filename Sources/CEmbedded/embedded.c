#include "embedded.h"
const continuo_embedded_file continuo_embedded_files[] = { { 0, 0, 0 } };
