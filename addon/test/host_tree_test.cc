// SPDX-License-Identifier: GPL-2.0-only
// The host as one side of a copy: modes, links, times, attributes, and what must not be followed.
#include "../tree/host_tree.h"

#include <grp.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <cerrno>
#include <cstring>

#include "../guest.h"
#include "check.h"
#include "scratch_directory.h"

using namespace kdisk;
using namespace kdisk::linux_abi;
using kdisk_test::ScratchDirectory;

namespace {

HostTree MakeTree() {
  return HostTree([](const NodeId& node) { return node.inode == 42; });
}

struct stat StatOf(const std::string& path) {
  struct stat status;
  CHECK(lstat(path.c_str(), &status) == 0);
  return status;
}

uint32_t ModeOf(const std::string& path) { return StatOf(path).st_mode & 07777; }

int64_t Create(HostTree* tree, const ScratchDirectory& directory, const char* name, uint32_t mode) {
  return tree->Open(directory.fd(), name, kOWronly | kOCreat | kOExcl | kONofollow, mode);
}

// Tests what an ordinary user sees, when root runs the tests.
void BecomeNobody() {
  if (geteuid() != 0) return;
  CHECK(setgroups(0, nullptr) == 0 && setgid(65534) == 0 && setuid(65534) == 0);
}

constexpr uint64_t kNewFile = kOWronly | kOCreat | kONofollow;

}  // namespace

TEST(HostTreeGivesTheModeAskedFor) {
  const ScratchDirectory scratch;
  HostTree tree = MakeTree();
  umask(027);
  CHECK(tree.umask() == 027);
  for (const uint32_t mode : {0644u, 0000u, 0777u, 04755u, 02755u, 01777u}) {
    const std::string name = std::to_string(mode);
    const int64_t fd = Create(&tree, scratch, name.c_str(), mode);
    CHECK(fd >= 0 && !tree.mode_missed() && ModeOf(scratch.path(name)) == mode);
    CHECK(tree.Close(fd) == 0);
    CHECK(tree.MakeDirectory(scratch.fd(), ("d" + name).c_str(), mode) == 0);
    CHECK(!tree.mode_missed() && ModeOf(scratch.path("d" + name)) == mode);
    CHECK(tree.MakeNode(scratch.fd(), ("f" + name).c_str(), kFifo | mode, 0, 0) == 0);
    CHECK(!tree.mode_missed() && ModeOf(scratch.path("f" + name)) == mode);
  }
  // What is there already keeps its own.
  const int64_t again = tree.Open(scratch.fd(), "511", kNewFile, 0600);
  CHECK(again >= 0 && ModeOf(scratch.path("511")) == 0777);
  CHECK(tree.Open(scratch.fd(), "511", kNewFile | kOExcl, 0600) == -EEXIST);
  // A directory below one that hands on its group.
  CHECK(chmod(scratch.path().c_str(), 02777) == 0);
  CHECK(tree.MakeDirectory(scratch.fd(), "plain", 0755) == 0 && ModeOf(scratch.path("plain")) == 0755);
}

TEST(HostTreeSaysWhenASetGroupIdIsLost) {
  const ScratchDirectory scratch;
  // Files get the directory's group, of which an ordinary user is no member.
  if (geteuid() != 0) return;
  CHECK(chown(scratch.path().c_str(), 65534, 12345) == 0 && chmod(scratch.path().c_str(), 02777) == 0);
  BecomeNobody();
  HostTree tree = MakeTree();
  const int64_t fd = Create(&tree, scratch, "tool", 02755);
  CHECK(fd >= 0 && tree.mode_missed() && StatOf(scratch.path("tool")).st_gid == 12345);
  CHECK(tree.SetMode(fd, "", 02755) == -EPERM && tree.SetMode(scratch.fd(), "tool", 02755) == -EPERM);
  CHECK(tree.SetMode(fd, "", 0755) == 0 && ModeOf(scratch.path("tool")) == 0755);
  const int64_t other = Create(&tree, scratch, "other", 0755);
  CHECK(other >= 0 && !tree.mode_missed());
}

TEST(HostTreeFollowsNoLink) {
  const ScratchDirectory scratch, outside;
  HostTree tree = MakeTree();
  const int64_t secret = Create(&tree, outside, "secret", 0600);
  CHECK(tree.Write(secret, reinterpret_cast<const uint8_t*>("x"), 1, 0) == 0);
  const std::string target = outside.path("secret");
  CHECK(tree.MakeSymlink(scratch.fd(), "link", target.c_str()) == 0);
  CHECK(tree.MakeSymlink(scratch.fd(), "dangling", outside.path("new").c_str()) == 0);
  CHECK(tree.MakeSymlink(scratch.fd(), "up", outside.path().c_str()) == 0);

  CHECK(tree.Open(scratch.fd(), "link", kNewFile | kOTrunc, 0600) == -ELOOP);
  CHECK(tree.Open(scratch.fd(), "dangling", kNewFile, 0600) == -ELOOP);
  CHECK(access(outside.path("new").c_str(), F_OK) != 0);
  const int64_t into = tree.Open(scratch.fd(), "up", kORdonly | kODirectory | kONofollow);
  CHECK(into == -ENOTDIR || into == -ELOOP);
  CHECK(tree.SetMode(scratch.fd(), "link", 0777) == -EOPNOTSUPP);
  CHECK(ModeOf(target) == 0600);
  const Timestamp time = {1, 2, 0};
  CHECK(tree.SetTimes(scratch.fd(), "link", time, time) == 0);
  CHECK(StatOf(scratch.path("link")).st_mtim.tv_nsec == 2 && StatOf(target).st_mtime > 1000);
  if (geteuid() == 0) {
    CHECK(tree.SetOwner(scratch.fd(), "link", 7, Tree::kKeep) == 0);
    CHECK(StatOf(scratch.path("link")).st_uid == 7 && StatOf(target).st_uid == 0);
    CHECK(tree.SetXattr(scratch.fd(), "link", "trusted.t", "v", 1) == 0);
    std::string value;
    CHECK(tree.GetXattr(scratch.fd(), "link", "trusted.t", &value) == 0 && value == "v");
    CHECK(lgetxattr(target.c_str(), "trusted.t", nullptr, 0) < 0);
  }
  Statx status;
  CHECK(tree.Stat(scratch.fd(), "link", false, &status) == 0 && (status.mode & kFormatMask) == kLink);
  CHECK(tree.Stat(scratch.fd(), "link", true, &status) == 0 && status.size == 1);
  // No hard link through a symbolic one, nor to what one leads to, nor upwards.
  CHECK(tree.MakeHardLink(scratch.fd(), "up/secret", scratch.fd(), "stolen") < 0);
  CHECK(tree.MakeHardLink(scratch.fd(), "../x", scratch.fd(), "stolen") == -EINVAL);
  CHECK(tree.MakeHardLink(scratch.fd(), "link", scratch.fd(), "same") == 0);
  CHECK(StatOf(scratch.path("same")).st_ino == StatOf(scratch.path("link")).st_ino);
  CHECK(access(scratch.path("stolen").c_str(), F_OK) != 0);
}

TEST(HostTreeHardLinks) {
  const ScratchDirectory scratch;
  HostTree tree = MakeTree();
  CHECK(tree.MakeDirectory(scratch.fd(), "a", 0755) == 0 && tree.MakeDirectory(scratch.fd(), "a/b", 0755) == 0);
  CHECK(tree.Close(Create(&tree, scratch, "a/b/file", 0644)) == 0);
  CHECK(tree.MakeHardLink(scratch.fd(), "a/b/file", scratch.fd(), "second") == 0);
  CHECK(StatOf(scratch.path("second")).st_nlink == 2);
  CHECK(tree.MakeHardLink(scratch.fd(), "a/b/file", scratch.fd(), "second") == -EEXIST);
  CHECK(tree.MakeHardLink(scratch.fd(), "a/none/file", scratch.fd(), "third") == -ENOENT);
}

TEST(HostTreeContent) {
  const ScratchDirectory scratch;
  HostTree tree = MakeTree();
  const int64_t fd = tree.Open(scratch.fd(), "file", kORdwr | kOCreat | kOExcl, 0644);
  std::vector<uint8_t> bytes(600 << 10);
  for (size_t i = 0; i < bytes.size(); i++) bytes[i] = static_cast<uint8_t>(i * 7 >> 3);
  CHECK(tree.Write(fd, bytes.data(), bytes.size(), 1 << 20) == 0);
  CHECK(tree.SetLength(fd, 4 << 20) == 0);
  std::vector<uint8_t> read(bytes.size());
  CHECK(tree.Read(fd, read.data(), read.size(), 1 << 20) == static_cast<int64_t>(read.size()) && read == bytes);
  CHECK(tree.Read(fd, read.data(), read.size(), 0) == static_cast<int64_t>(read.size()) && read[0] == 0);
  CHECK(tree.Read(fd, read.data(), read.size(), (4 << 20) - 10) == 10);
  CHECK(tree.Read(fd, read.data(), read.size(), 5 << 20) == 0);
  CHECK(tree.Seek(fd, 0, kSeekData) == 1 << 20);
  CHECK(tree.Seek(fd, 1 << 20, kSeekHole) == (1 << 20) + (600 << 10));
  CHECK(tree.Seek(fd, 3 << 20, kSeekData) == -ENXIO);
  CHECK(tree.Close(fd) == 0 && tree.Read(fd, read.data(), 1, 0) == -EBADF);
  CHECK(tree.Unlink(scratch.fd(), "file", false) == 0 && tree.Unlink(scratch.fd(), "file", false) == -ENOENT);
}

TEST(HostTreeStatAndTimes) {
  const ScratchDirectory scratch;
  HostTree tree = MakeTree();
  const int64_t fd = Create(&tree, scratch, "file", 0640);
  const Timestamp access = {1234567890, 123456789, 0}, modification = {1500000000, 999999999, 0};
  CHECK(tree.SetTimes(fd, "", access, modification) == 0);
  Statx by_fd, by_name;
  CHECK(tree.Stat(fd, "", false, &by_fd) == 0 && tree.Stat(scratch.fd(), "file", false, &by_name) == 0);
  CHECK(memcmp(&by_fd, &by_name, sizeof by_fd) == 0);
  const struct stat host = StatOf(scratch.path("file"));
  CHECK(by_fd.ino == host.st_ino && MakeDev(by_fd.dev_major, by_fd.dev_minor) == host.st_dev);
  CHECK(by_fd.mode == host.st_mode && by_fd.uid == host.st_uid && by_fd.nlink == 1);
  CHECK(by_fd.atime.seconds == 1234567890 && by_fd.atime.nanoseconds == 123456789);
  CHECK(by_fd.mtime.seconds == 1500000000 && by_fd.mtime.nanoseconds == 999999999);
  CHECK((by_fd.mask & kStatxBasicStats) == kStatxBasicStats);
  if (by_fd.mask & kStatxBtime) CHECK(by_fd.btime.seconds > 1600000000);
  // A directory is itself under the empty name, and the current one is kTop.
  CHECK(tree.Stat(scratch.fd(), "", false, &by_fd) == 0 && by_fd.ino == StatOf(scratch.path()).st_ino);
  CHECK(tree.Stat(Tree::kTop, "", false, &by_fd) == 0 && by_fd.ino == StatOf(".").st_ino);
  CHECK(tree.Stat(Tree::kTop, scratch.path("file").c_str(), true, &by_fd) == 0 && by_fd.ino == host.st_ino);
  CHECK(tree.SetTimes(scratch.fd(), "", access, modification) == 0 && StatOf(scratch.path()).st_mtime == 1500000000);
  CHECK(tree.IsProtected({1, 42}) && !tree.IsProtected({1, 43}) && !tree.guest() && !tree.dead());
}

TEST(HostTreeDirectory) {
  const ScratchDirectory scratch;
  HostTree tree = MakeTree();
  for (int i = 0; i < 300; i++) tree.Close(Create(&tree, scratch, ("file" + std::to_string(i)).c_str(), 0600));
  const int64_t directory = tree.Open(scratch.fd(), "", kORdonly | kODirectory);
  std::vector<uint8_t> buffer(4096);
  int count = 0;
  for (int64_t size; (size = tree.ReadDirectory(directory, buffer.data(), buffer.size())) != 0;) {
    CHECK(size > 0);
    EntryReader entries(buffer.data(), size);
    for (GuestEntry entry; entries.Next(&entry);) count += strncmp(entry.name, "file", 4) == 0;
  }
  CHECK(count == 300);
}

TEST(HostTreeXattrs) {
  const ScratchDirectory scratch;
  HostTree tree = MakeTree();
  const int64_t fd = Create(&tree, scratch, "file", 0600);
  CHECK(tree.Close(Create(&tree, scratch, "empty", 0600)) == 0);
  const std::string large(2000, 'v');
  const int64_t set = tree.SetXattr(fd, "", "user.large", large.data(), large.size());
  if (set == -EOPNOTSUPP) return;
  CHECK(set == 0 && tree.SetXattr(scratch.fd(), "file", "user.small", "\0x", 2) == 0);
  // By descriptor, by name, by a descriptor that is good for nothing but its path.
  const int64_t handle = tree.Open(scratch.fd(), "file", kOPath | kONofollow);
  const struct {
    Tree::Fd at;
    const char* name;
  } ways[] = {{fd, ""}, {scratch.fd(), "file"}, {handle, ""}};
  for (const auto& way : ways) {
    std::string names, value;
    CHECK(tree.ListXattrs(way.at, way.name, &names) == 0);
    CHECK(names.find(std::string("user.large\0", 11)) != std::string::npos);
    CHECK(names.find(std::string("user.small\0", 11)) != std::string::npos);
    CHECK(tree.GetXattr(way.at, way.name, "user.large", &value) == 0 && value == large);
    CHECK(tree.GetXattr(way.at, way.name, "user.small", &value) == 0 && value == std::string("\0x", 2));
    CHECK(tree.GetXattr(way.at, way.name, "user.none", &value) == -ENODATA);
  }
  CHECK(tree.SetMode(handle, "", 0644) == 0 && ModeOf(scratch.path("file")) == 0644);
  CHECK(tree.SetTimes(handle, "", {5, 0, 0}, {6, 0, 0}) == 0 && StatOf(scratch.path("file")).st_mtime == 6);
  CHECK(tree.SetXattr(handle, "", "user.third", "3", 1) == 0);
  std::string names;
  CHECK(tree.ListXattrs(scratch.fd(), "none", &names) == -ENOENT);
}

TEST(HostTreeFlags) {
  const ScratchDirectory scratch;
  HostTree tree = MakeTree();
  const int64_t fd = Create(&tree, scratch, "file", 0600);
  constexpr uint32_t kNoDump = 0x40;
  uint32_t flags = 0;
  const int64_t result = tree.GetFlags(fd, &flags);
  if (result == -ENOTTY || result == -EOPNOTSUPP) return;
  CHECK(result == 0 && !(flags & kNoDump));
  CHECK(tree.SetFlags(fd, flags | kNoDump) == 0);
  CHECK(tree.GetFlags(fd, &flags) == 0 && (flags & kNoDump));
}

TEST(HostTreeNodes) {
  const ScratchDirectory scratch;
  HostTree tree = MakeTree();
  CHECK(tree.MakeNode(scratch.fd(), "socket", kSocket | 0600, 0, 0) == 0);
  CHECK(S_ISSOCK(StatOf(scratch.path("socket")).st_mode));
  if (geteuid() == 0) {
    CHECK(tree.MakeNode(scratch.fd(), "disk", kBlock | 0660, 259, 300000) == 0);
    const struct stat disk = StatOf(scratch.path("disk"));
    CHECK(S_ISBLK(disk.st_mode) && major(disk.st_rdev) == 259 && minor(disk.st_rdev) == 300000);
    Statx status;
    CHECK(tree.Stat(scratch.fd(), "disk", false, &status) == 0);
    CHECK(status.rdev_major == 259 && status.rdev_minor == 300000);
  }
  BecomeNobody();
  CHECK(tree.MakeNode(scratch.fd(), "device", kCharacter | 0600, 1, 3) == -EPERM);
  CHECK(tree.SetOwner(scratch.fd(), "socket", 1, 1) == -EPERM);
}
