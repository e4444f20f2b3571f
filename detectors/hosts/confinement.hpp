#pragma once
// What the process of a detector does to itself before it meets foreign code.

namespace dwell::hosts {

/// From here on neither this process nor any it starts can leave its process group, so that ending the group ends them
/// all: setsid and setpgid fail with EPERM (a seccomp filter; on processors other than x86-64 and AArch64, and where
/// the kernel has none, nothing happens). Privileges cannot grow either.
void stay_in_group();

/// A forked child of this process holds no end of the wire: it cannot answer in its parent's place.
void keep_wire_from_forks();

}  // namespace dwell::hosts
