// The files of `schemas/` inside the programs, so that a stripped binary needs nothing beside it.
// A new file is one more pair of lines here; a test finds the forgotten ones.
#include "embedded.h"

static const continuo_embedded_file files[] = {

#define FILE "../../schemas/blueprints/fabric.yaml"
#include "entry.h"

#define FILE "../../schemas/blueprints/litecoin-regtest.yaml"
#include "entry.h"

#define FILE "../../schemas/blueprint.json"
#include "entry.h"

#define FILE "../../schemas/messages/answer.json"
#include "entry.h"

#define FILE "../../schemas/messages/command.json"
#include "entry.h"

#define FILE "../../schemas/messages/control.json"
#include "entry.h"

#define FILE "../../schemas/messages/envelope.json"
#include "entry.h"

#define FILE "../../schemas/messages/marker.json"
#include "entry.h"

#define FILE "../../schemas/messages/observe.json"
#include "entry.h"

#define FILE "../../schemas/messages/query.json"
#include "entry.h"

#define FILE "../../schemas/messages/report.json"
#include "entry.h"

#define FILE "../../schemas/messages/words.json"
#include "entry.h"

#define FILE "../../schemas/ledger/0001_ledger.sql"
#include "entry.h"

#define FILE "../../schemas/ledger/0002_road.sql"
#include "entry.h"

#define FILE "../../schemas/openapi.yaml"
#include "entry.h"

};

const continuo_embedded_file *const continuo_embedded_files = files;
const size_t continuo_embedded_file_count = sizeof files / sizeof files[0];
