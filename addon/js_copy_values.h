// SPDX-License-Identifier: GPL-2.0-only
// Options, sources and results of copies between JavaScript and C++.
#pragma once

#include <napi.h>

#include <memory>
#include <vector>

#include "engine.h"
#include "js_mailbox.h"
#include "tree/copy_options.h"
#include "tree/tree.h"

namespace kdisk {

// A side of a copy: descriptor of a volume's root, or the host.
struct Side {
  bool host = false;
  int root = -1;
};

// Each returns false with a TypeError pending.
bool GetSide(const Napi::Value& value, const char* name, Side* side);
bool GetSources(const Napi::Value& value, std::vector<CopySource>* sources);
// Also those of ReadTreeOptions, but `content`. `pins` gets the array behind *stop, which stays null without one.
bool GetCopyOptions(const Napi::Value& value, CopyOptions* options, const volatile uint8_t** stop,
                    std::vector<Napi::Value>* pins);
// `missing` where the object does not have it.
bool GetOptionalBoolean(const Napi::Object& object, const char* name, bool missing, bool* result);

Napi::Object ProgressToJs(Napi::Env env, const CopyProgress& progress);
// `source` and `target` are what the sides are called.
Napi::Object ResultToJs(Napi::Env env, const CopyResult& result);

// Engine thread.
std::unique_ptr<Tree> OpenSide(Session* session, const Side& side);

}  // namespace kdisk
