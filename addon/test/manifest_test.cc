// SPDX-License-Identifier: GPL-2.0-only
// What a manifest takes, it gives back.
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <random>

#include "../tree/manifest_reader.h"
#include "../tree/manifest_writer.h"
#include "check.h"
#include "scratch_directory.h"

using namespace kdisk;
using namespace kdisk::linux_abi;
using kdisk_test::ScratchDirectory;
using Kind = Event::Kind;

namespace {

std::shared_ptr<Metadata> Make(uint32_t mode, int64_t seconds = 1700000000) {
  auto metadata = std::make_shared<Metadata>();
  Statx& status = metadata->status;
  status.mask = kStatxBasicStats;
  status.mode = static_cast<uint16_t>(mode);
  status.uid = 1000;
  status.gid = 42;
  status.nlink = 1;
  status.size = 12;
  status.mtime = {seconds, 123456789, 0};
  status.atime = {seconds + 1, 5, 0};
  return metadata;
}

Event MakeEvent(Kind kind, const std::string& name, MetadataPtr metadata, const std::string& target = "") {
  Event event = {};
  event.kind = kind;
  event.name = name;
  event.metadata = std::move(metadata);
  event.target = target;
  event.whole = kind == Kind::kFile;
  return event;
}

Event Leave() { return MakeEvent(Kind::kLeave, "", nullptr); }

std::string Text(const std::string& path) {
  std::string text(1 << 16, '\0');
  FILE* const file = fopen(path.c_str(), "r");
  CHECK(file);
  text.resize(fread(text.data(), 1, text.size(), file));
  fclose(file);
  return text;
}

void Put(const std::string& path, const std::string& text) {
  FILE* const file = fopen(path.c_str(), "w");
  CHECK(file && fwrite(text.data(), 1, text.size(), file) == text.size() && fclose(file) == 0);
}

void Load(ManifestReader* reader, const std::string& path) {
  std::string error;
  if (!reader->Load(path, &error)) fprintf(stderr, "%s\n", error.c_str());
  CHECK(error.empty());
}

ManifestEntry Find(ManifestReader* reader, const std::string& path) {
  const auto entry = reader->Find(path);
  if (!entry) fprintf(stderr, "%s is not there\n", path.c_str());
  CHECK(entry && entry->path == path);
  return *entry;
}

void CheckSame(const Metadata& a, const Metadata& b) {
  const Statx &x = a.status, &y = b.status;
  const auto same = [](const Timestamp& one, const Timestamp& other) {
    return one.seconds == other.seconds && one.nanoseconds == other.nanoseconds;
  };
  CHECK(x.mask == y.mask && x.mode == y.mode && x.uid == y.uid && x.gid == y.gid && x.nlink == y.nlink);
  CHECK(same(x.mtime, y.mtime) && same(x.atime, y.atime) && same(x.btime, y.btime));
  CHECK(x.rdev_major == y.rdev_major && x.rdev_minor == y.rdev_minor);
  CHECK((x.mode & kFormatMask) != kRegular || x.size == y.size);
  CHECK(a.has_flags == b.has_flags && a.flags == b.flags && a.xattrs.size() == b.xattrs.size());
  for (size_t i = 0; i < a.xattrs.size(); i++) {
    CHECK(a.xattrs[i].name == b.xattrs[i].name && a.xattrs[i].value == b.xattrs[i].value);
  }
}

// A small tree of every kind.
void WriteSample(ManifestWriter* writer) {
  CHECK(writer->Open() == 0);
  CHECK(writer->Add(MakeEvent(Kind::kEnter, "", Make(kDirectory | 0755))) == 0);
  const auto tool = Make(kRegular | 04755);
  tool->xattrs = {{"security.capability", std::string("\1\0\0\2", 4)}, {"user.a=b c", ""}};
  tool->has_flags = true;
  tool->flags = 0x80010;
  tool->status.mask |= kStatxBtime;
  tool->status.btime = {1600000000, 7, 0};
  CHECK(writer->Add(MakeEvent(Kind::kFile, "a tool", tool)) == 0);
  CHECK(writer->Add(MakeEvent(Kind::kEnter, "dev", Make(kDirectory | 01777))) == 0);
  const auto disk = Make(kBlock | 0660);
  disk->status.rdev_major = 8;
  disk->status.rdev_minor = 300001;
  CHECK(writer->Add(MakeEvent(Kind::kSpecial, "sda", disk)) == 0);
  CHECK(writer->Add(MakeEvent(Kind::kSpecial, "pipe", Make(kFifo | 0600))) == 0);
  CHECK(writer->Add(MakeEvent(Kind::kSymlink, "link", Make(kLink | 0777), "../a tool")) == 0);
  CHECK(writer->Add(Leave()) == 0);
  CHECK(writer->Add(MakeEvent(Kind::kHardLink, "second", tool, "a tool")) == 0);
  CHECK(writer->Add(Leave()) == 0);
}

const char kStatusText[] = " uid=1000 gid=42 nlink=1";
const char kTimeText[] = " time=1700000000.123456789";
const char kAccessText[] = "#kdisk atime=1700000001.000000005";

}  // namespace

TEST(ManifestText) {
  const ScratchDirectory scratch;
  ManifestWriter writer(scratch.path("m"));
  WriteSample(&writer);
  CHECK(writer.Finish() == 0);
  const std::string status = kStatusText, time = std::string(kTimeText) + "\n", access = kAccessText;
  const std::string more = access + " btime=1600000000.000000007 flags=0x80010 xattr.security.capability=AQAAAg== "
                                    "xattr.user.a\\075b\\040c=";
  const std::string text = Text(scratch.path("m"));
  const std::string expected =
      "#mtree\n# kdisk manifest 1\n"
      ". type=dir mode=0755" + status + kTimeText + "\n" + access + "\n" +
      "./a\\040tool type=file mode=4755" + status + " size=12" + time + more + "\n" +
      "./dev type=dir mode=1777" + status + time + access + "\n" +
      "./dev/sda type=block mode=0660" + status + kTimeText + " device=native,8,300001\n" + access + "\n" +
      "./dev/pipe type=fifo mode=0600" + status + time + access + "\n" +
      "./dev/link type=link mode=0777" + status + kTimeText + " link=../a\\040tool\n" + access + "\n" +
      "./second type=file mode=4755" + status + " size=12" + time + more + " hardlink=./a\\040tool\n" +
      "# kdisk end entries=7 written=";
  CHECK_CONTAINS(text, expected);
  CHECK(text.size() == expected.size() + strlen("1700000000.123456789\n") && text.back() == '\n');
}

TEST(ManifestGivesBackWhatItTook) {
  const ScratchDirectory scratch;
  std::mt19937 random(7);
  const auto bytes = [&random](size_t most, bool name) {
    std::string result(random() % (most + 1) + (name ? 1 : 0), '\0');
    for (char& byte : result) {
      byte = static_cast<char>(random());
      if (name && (byte == '\0' || byte == '/')) byte = "#= \\\n*\xff"[random() % 7];
    }
    return name && (result == "." || result == "..") ? "..." : result;
  };
  const auto time = [&random]() -> Timestamp {
    const int64_t seconds = random() % 3 ? static_cast<int64_t>(random()) : 0;
    return {seconds - 2000000000, static_cast<uint32_t>(random() % 1000000000), 0};
  };
  std::vector<std::pair<std::string, Event>> told;
  std::vector<std::string> directories = {""};
  ManifestWriter writer(scratch.path("m"));
  CHECK(writer.Open() == 0);
  for (int i = 0; i < 3000; i++) {
    const uint32_t types[] = {kRegular, kDirectory, kLink, kCharacter, kBlock, kFifo, kSocket};
    const uint32_t type = types[random() % 7];
    const auto metadata = Make(type | (random() & 07777));
    Statx& status = metadata->status;
    status.uid = static_cast<uint32_t>(random());
    status.gid = static_cast<uint32_t>(random());
    status.nlink = static_cast<uint32_t>(random());
    status.size = static_cast<uint64_t>(random()) << 32 | random();
    status.atime = time();
    status.mtime = time();
    if (random() % 2) {
      status.mask |= kStatxBtime;
      status.btime = time();
    }
    if (type == kCharacter || type == kBlock) {
      status.rdev_major = static_cast<uint32_t>(random() % 4096);
      status.rdev_minor = static_cast<uint32_t>(random() % 1048576);
    }
    metadata->has_flags = random() % 2;
    if (metadata->has_flags) metadata->flags = static_cast<uint32_t>(random());
    for (size_t count = random() % 3; count-- > 0;) {
      metadata->xattrs.push_back({"user." + bytes(9, true), bytes(random() % 20 ? 70 : 65536, false)});
    }
    const Kind kind = type == kRegular ? Kind::kFile
                      : type == kDirectory ? Kind::kEnter
                      : type == kLink ? Kind::kSymlink : Kind::kSpecial;
    // The number keeps names apart.
    const std::string name = bytes(20, true) + std::to_string(i);
    const Event event = MakeEvent(kind, name, metadata, type == kLink ? bytes(40, true) : "");
    const std::string path = directories.back().empty() ? name : directories.back() + "/" + name;
    told.emplace_back(path, event);
    CHECK(writer.Add(event) == 0);
    if (kind == Kind::kEnter) directories.push_back(path);
    while (directories.size() > 1 && random() % 5 == 0) {
      CHECK(writer.Add(Leave()) == 0);
      directories.pop_back();
    }
  }
  CHECK(writer.Finish() == 0);

  // Others take no longer lines; the longest here is one of names.
  std::ifstream lines(scratch.path("m"));
  for (std::string line; std::getline(lines, line);) CHECK(line.size() < 12000);
  ManifestReader reader;
  Load(&reader, scratch.path("m"));
  // And the top.
  CHECK(reader.size() == told.size() + 1);
  for (const auto& [path, event] : told) {
    const ManifestEntry entry = Find(&reader, path);
    CHECK(entry.kind == event.kind && entry.name == event.name && entry.target == event.target);
    CheckSame(entry.metadata, *event.metadata);
  }
}

TEST(ManifestUnseen) {
  const ScratchDirectory scratch;
  ManifestWriter writer(scratch.path("m"));
  WriteSample(&writer);
  CHECK(writer.Finish() == 0);
  ManifestReader reader;
  Load(&reader, scratch.path("m"));
  CHECK(Find(&reader, "").kind == Kind::kEnter && Find(&reader, "dev").name == "dev");
  CHECK(!reader.Find("de") && !reader.Find("dev/") && !reader.Find("dev/sd") && !reader.Find("other"));
  CHECK(Find(&reader, "a tool").kind == Kind::kFile);
  const auto top = reader.Unseen("");
  CHECK(top.size() == 1 && top[0].path == "second" && top[0].kind == Kind::kHardLink && top[0].target == "a tool");
  Find(&reader, "dev/link");
  const auto dev = reader.Unseen("dev");
  CHECK(dev.size() == 2 && dev[0].name == "pipe" && dev[1].name == "sda");
  CHECK(dev[1].metadata.status.rdev_major == 8 && dev[1].metadata.status.rdev_minor == 300001);
  CHECK(reader.Unseen("de").empty() && reader.Unseen("a tool").empty());
}

TEST(ManifestEscapedNames) {
  const ScratchDirectory scratch;
  ManifestWriter writer(scratch.path("m"));
  CHECK(writer.Open() == 0);
  CHECK(writer.Add(MakeEvent(Kind::kEnter, "a:b", Make(kDirectory | 0755)), "a%3Ab") == 0);
  CHECK(writer.Add(MakeEvent(Kind::kFile, "plain", Make(kRegular | 0644))) == 0);
  CHECK(writer.Add(MakeEvent(Kind::kEnter, "sub", Make(kDirectory | 0755)), "sub") == 0);
  CHECK(writer.Add(MakeEvent(Kind::kFile, "x?", Make(kRegular | 0644)), "x%3F") == 0);
  CHECK(writer.Add(Leave()) == 0 && writer.Add(Leave()) == 0);
  CHECK(writer.Add(MakeEvent(Kind::kHardLink, "again", Make(kRegular | 0644), "a:b/sub/x?")) == 0);
  CHECK(writer.Finish() == 0);
  CHECK_CONTAINS(Text(scratch.path("m")), std::string("./a:b/sub/x\\077 type=file mode=0644") + kStatusText +
                                              " size=12" + kTimeText + "\n" + kAccessText + " name=x%3F\n");
  ManifestReader reader;
  Load(&reader, scratch.path("m"));
  CHECK(Find(&reader, "a%3Ab").name == "a:b" && Find(&reader, "a%3Ab/sub").name == "sub");
  CHECK(Find(&reader, "a%3Ab/plain").name == "plain" && Find(&reader, "again").target == "a%3Ab/sub/x%3F");
  CHECK(!reader.Find("a:b") && !reader.Find("a%3Ab/sub/x?"));
  const auto unseen = reader.Unseen("a%3Ab/sub");
  CHECK(unseen.size() == 1 && unseen[0].path == "a%3Ab/sub/x%3F" && unseen[0].name == "x?");
}

TEST(ManifestApply) {
  const ScratchDirectory scratch;
  ManifestWriter writer(scratch.path("m"));
  WriteSample(&writer);
  CHECK(writer.Finish() == 0);
  ManifestReader reader;
  Load(&reader, scratch.path("m"));
  const ManifestEntry tool = Find(&reader, "a tool");

  Metadata host = *Make(kRegular | 0600, 1500000000);
  host.status.uid = 7;
  host.status.size = 99;
  host.xattrs = {{"user.host", "x"}};
  CHECK(reader.Apply(tool, &host));
  CHECK(host.status.size == 99);
  host.status.size = 12;
  CheckSame(host, tool.metadata);

  // Touched after the manifest was written: the content is newer, and so is its time.
  Metadata edited = *Make(kRegular | 0600, time(nullptr) + 100);
  CHECK(reader.Apply(tool, &edited) && edited.status.mode == (kRegular | 04755) && edited.status.uid == 1000);
  CHECK(edited.status.mtime.seconds > 1700000100 && edited.status.atime.seconds > 1700000100);

  // What lies in the future was there before.
  ManifestEntry future = tool;
  future.metadata.status.mtime.seconds = edited.status.mtime.seconds + 1;
  future.metadata.status.atime.seconds = 5;
  CHECK(reader.Apply(future, &edited) && edited.status.atime.seconds == 5);

  Metadata other = *Make(kDirectory | 0700);
  CHECK(!reader.Apply(tool, &other) && other.status.mode == (kDirectory | 0700) && other.xattrs.empty());
}

TEST(ManifestOfFilesThatEndWell) {
  const ScratchDirectory scratch;
  ManifestWriter writer(scratch.path("m"));
  CHECK(writer.Open() == 0);
  for (const char* name : {"good", "broken"}) {
    Event file = MakeEvent(Kind::kFile, name, Make(kRegular | 0644));
    file.whole = false;
    CHECK(writer.Add(file) == 0 && writer.Add(MakeEvent(Kind::kData, "", nullptr)) == 0);
    CHECK(writer.Add(MakeEvent(*name == 'g' ? Kind::kEnd : Kind::kAbandon, "", nullptr)) == 0);
  }
  // The same place twice: the second copy is what is there.
  CHECK(writer.Add(MakeEvent(Kind::kFile, "good", Make(kRegular | 0600))) == 0);
  CHECK(writer.Add(MakeEvent(Kind::kSymlink, "bare", nullptr, "to")) == 0);
  CHECK(writer.Finish() == 0);
  ManifestReader reader;
  Load(&reader, scratch.path("m"));
  CHECK(reader.size() == 3 && !reader.Find("broken") && Find(&reader, "").metadata.status.mask == 0);
  CHECK(Find(&reader, "good").metadata.status.mode == (kRegular | 0600));
  const ManifestEntry bare = Find(&reader, "bare");
  CHECK(bare.target == "to" && bare.metadata.status.mask == 0);
  Metadata host = *Make(kLink | 0777);
  CHECK(reader.Apply(bare, &host) && host.status.uid == 1000);
}

TEST(ManifestStandsOnlyWhenComplete) {
  const ScratchDirectory scratch;
  const std::string path = scratch.path("m");
  const auto count = [&scratch] {
    int entries = 0;
    const auto one = [&entries](const char*) { entries++; };
    const std::string command = "ls -A " + scratch.path();
    FILE* const list = popen(command.c_str(), "r");
    char line[256];
    while (fgets(line, sizeof line, list)) one(line);
    pclose(list);
    return entries;
  };
  {
    ManifestWriter writer(path);
    WriteSample(&writer);
    CHECK(access(path.c_str(), F_OK) != 0 && count() == 1);
  }
  CHECK(count() == 0);
  Put(path, "an old one");
  {
    ManifestWriter writer(path);
    WriteSample(&writer);
    CHECK(Text(path) == "an old one");
    CHECK(writer.Finish() == 0);
  }
  struct stat status;
  CHECK(count() == 1 && stat(path.c_str(), &status) == 0 && (status.st_mode & 0777) == 0600);
  CHECK(Text(path).compare(0, 7, "#mtree\n") == 0);

  CHECK(ManifestWriter(scratch.path("none/m")).Open() == -ENOENT);
  CHECK(ManifestWriter(scratch.path()).Open() == -EISDIR);
  CHECK(ManifestWriter("/dev/null").Open() == -EEXIST);
}

TEST(ManifestThatDoesNotFit) {
  const ScratchDirectory scratch;
  signal(SIGXFSZ, SIG_IGN);
  const rlimit limit = {300000, 300000};
  CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  ManifestWriter writer(scratch.path("m"));
  CHECK(writer.Open() == 0);
  int result = 0;
  for (int i = 0; i < 10000 && result == 0; i++) {
    result = writer.Add(MakeEvent(Kind::kFile, "file" + std::to_string(i), Make(kRegular | 0644)));
  }
  CHECK(result == -EFBIG && writer.Finish() == -EFBIG);
  CHECK(access(scratch.path("m").c_str(), F_OK) != 0);
}

TEST(ManifestOfManyEntries) {
  const ScratchDirectory scratch;
  constexpr int kDirectories = 100, kFiles = 1000;
  ManifestWriter writer(scratch.path("m"));
  CHECK(writer.Open() == 0);
  const auto metadata = Make(kRegular | 0644);
  for (int d = 0; d < kDirectories; d++) {
    CHECK(writer.Add(MakeEvent(Kind::kEnter, "directory" + std::to_string(d), Make(kDirectory | 0755))) == 0);
    for (int f = 0; f < kFiles; f++) {
      CHECK(writer.Add(MakeEvent(Kind::kFile, "file" + std::to_string(f), metadata)) == 0);
    }
    CHECK(writer.Add(Leave()) == 0);
  }
  CHECK(writer.Finish() == 0);
  ManifestReader reader;
  Load(&reader, scratch.path("m"));
  CHECK(reader.size() == 1 + kDirectories * (kFiles + 1));
  for (int d = 0; d < kDirectories; d++) {
    const std::string directory = "directory" + std::to_string(d);
    for (int f = 0; f < kFiles; f += 2) Find(&reader, directory + "/file" + std::to_string(f));
    CHECK(reader.Unseen(directory).size() == kFiles / 2);
  }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // The file itself has 13 MB.
  struct rusage usage;
  CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
  CHECK(usage.ru_maxrss < 48 << 10);
#endif
}
