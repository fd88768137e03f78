// SPDX-License-Identifier: GPL-2.0-only
// Errors as JavaScript sees them: those of Node for failures, TypeError for misuse.
#pragma once

#include <napi.h>

#include "failure.h"

namespace kdisk {

// Shaped as Node's own: "ENOENT: no such file or directory, open 'x'" with code, errno (negative), syscall and path.
Napi::Value MakeError(Napi::Env env, const Failure& failure);
// Leaves a TypeError pending; the caller returns at once.
void ThrowMisuse(Napi::Env env, const std::string& message);

}  // namespace kdisk
