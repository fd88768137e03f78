// SPDX-License-Identifier: GPL-2.0-only
// Names that Windows cannot have, and back.
#include "../tree/names.h"

#include <random>

#include "check.h"

using namespace kdisk;

namespace {

void CheckEscape(const std::string& name, const std::string& escaped) {
  if (EscapeName(name) != escaped) fprintf(stderr, "%s: %s\n", name.c_str(), EscapeName(name).c_str());
  CHECK(EscapeName(name) == escaped);
  CHECK(UnescapeName(escaped) == name);
}

// What Microsoft's page says of a name, put another way than names.cc does.
bool WindowsTakes(const std::string& name) {
  if (name.find_first_of("<>:\"/\\|?*") != std::string::npos || name.back() == '.' || name.back() == ' ') return false;
  for (const char byte : name) {
    if (byte >= 0 && byte < 32) return false;
  }
  std::string base;
  for (const char byte : name.substr(0, name.find('.'))) base += static_cast<char>(byte >= 'a' ? byte & ~32 : byte);
  base.erase(base.find_last_not_of(' ') + 1);
  const std::string devices = "|CON|PRN|AUX|NUL|COM1|COM2|COM3|COM4|COM5|COM6|COM7|COM8|COM9|LPT1|LPT2|LPT3|LPT4|LPT5|"
                              "LPT6|LPT7|LPT8|LPT9|CONIN$|CONOUT$|COM\u00b9|COM\u00b2|COM\u00b3|LPT\u00b9|LPT\u00b2|"
                              "LPT\u00b3|";
  return base.empty() || base.find('|') != std::string::npos || devices.find("|" + base + "|") == std::string::npos;
}

}  // namespace

TEST(NamesThatNeedNoEscape) {
  for (const char* name : {"a", "README.md", "100%", "50%off", "%", "%%", "%4", "%zz", "%ab", "a b", ".hidden", "...a",
                           "caf\u00e9", "\u65e5\u672c", "\U0001f600", "COM", "COM0", "COM10", "CONSOLE", "LPTX",
                           "nulls", "a'b", "~", "\x7f"}) {
    CheckEscape(name, name);
  }
}

TEST(NamesEscaped) {
  CheckEscape("a:b", "a%3Ab");
  CheckEscape("<>:\"\\|?*", "%3C%3E%3A%22%5C%7C%3F%2A");
  CheckEscape("tab\tline\n", "tab%09line%0A");
  CheckEscape("end.", "end%2E");
  CheckEscape("end..", "end.%2E");
  CheckEscape("end ", "end%20");
  CheckEscape("...", "..%2E");
  CheckEscape(" ", "%20");
  CheckEscape("con", "%63on");
  CheckEscape("Nul.txt", "%4Eul.txt");
  CheckEscape("AUX .tar.gz", "%41UX .tar.gz");
  CheckEscape("COM9", "%43OM9");
  CheckEscape("lpt\u00b2.x", "%6Cpt\u00b2.x");
  CheckEscape("CONOUT$", "%43ONOUT$");
  CheckEscape("con.", "%63on%2E");
  CheckEscape("%41", "%2541");
  CheckEscape("%%41", "%%2541");
  CheckEscape("%3.", "%3%2E");
  CheckEscape("%<", "%%3C");
  CheckEscape("\xff", "%FF");
  CheckEscape("caf\xe9", "caf%E9");
  // A surrogate, an overlong slash, a sequence cut short.
  CheckEscape("\xed\xa0\x80", "%ED%A0%80");
  CheckEscape("\xc0\xaf", "%C0%AF");
  CheckEscape("a\xe6\x97", "a%E6%97");
  CheckEscape("\xf4\x90\x80\x80", "%F4%90%80%80");
}

TEST(NamesNeverLeadElsewhere) {
  for (const char* name : {"%2F", "a%2Fb", "%00", "%2E", "%2E%2E", ".%2E", "%2E."}) CHECK(UnescapeName(name) == name);
  CHECK(UnescapeName("%2E%2E%2Fetc") == "..%2Fetc");
}

TEST(NamesCountedAsUtf16) {
  CHECK(NameUnits("abc") == 3);
  CHECK(NameUnits("\u65e5\u672c") == 2);
  CHECK(NameUnits("\U0001f600") == 2);
  CHECK(NameUnits("\xff\xfe") == 2);
}

TEST(NamesComeBackWhateverTheyAre) {
  std::mt19937 random(20261123);
  // What is near the rules comes more often than chance would have it.
  const std::string alphabet = "%0123456789ABCDEFabcdef.. :<*conCONaulptLPT$\xc2\xb9\xb2\xe6\x97\xa5\xed\xa0\xf0\x9f";
  size_t escaped = 0;
  for (int round = 0; round < 300000; round++) {
    std::string name(1 + random() % 12, ' ');
    for (char& byte : name) {
      byte = random() % 4 ? alphabet[random() % alphabet.size()] : static_cast<char>(1 + random() % 255);
      if (byte == '/') byte = '%';
    }
    if (name == "." || name == "..") continue;
    const std::string other = EscapeName(name);
    if (UnescapeName(other) != name) fprintf(stderr, "%s -> %s\n", name.c_str(), other.c_str());
    CHECK(UnescapeName(other) == name);
    CHECK(WindowsTakes(other));
    if (other != name) escaped++;
  }
  CHECK(escaped > 100000);
}
