// SPDX-License-Identifier: GPL-2.0-only
// Names that Windows, or FAT, exFAT and NTFS anywhere, cannot have, written so that they can, and back.
//
// Escaped, as %XX of the byte in upper-case hexadecimal: < > : " / \ | ? * and bytes below 0x20; a dot or space at the
// end; the first letter of a device's name (CON, PRN, AUX, NUL, COM1 to COM9, LPT1 to LPT9, also with superscript
// digits, CONIN$, CONOUT$), in any case and with any extension; bytes that are not UTF-8; and a '%' that would be read
// as an escape. All else stays as it is, so that most names do.
#pragma once

#include <cstddef>
#include <string>

namespace kdisk {

// UTF-16 units of a name that those file systems take. A longer one is an error, and not cut or encoded.
constexpr size_t kMaxNameUnits = 255;

std::string EscapeName(const std::string& name);
// UnescapeName(EscapeName(name)) == name for whatever can be the name of a file. An escape is left alone where it would
// make a name that is none: a slash or NUL in it, or "." or "..".
std::string UnescapeName(const std::string& name);

// Length as Windows counts it. Bytes that are not UTF-8 count as one each.
size_t NameUnits(const std::string& name);

}  // namespace kdisk
