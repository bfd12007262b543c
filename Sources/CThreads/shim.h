#pragma once
#include <pthread.h>
#include <sys/eventfd.h>
