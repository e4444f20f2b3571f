#pragma once
// Memory for large tables that are read here and there: in pages of 2 MiB where the system has them, since every first
// touch of a small page costs the processor a walk through its page tables.
//
// What is smaller than such a page comes from operator new. The system may decline; nothing but speed depends on it.

#include <sys/mman.h>

#include <cstddef>
#include <new>

namespace dwell {

inline constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

/// For containers of the standard library. Errors: std::bad_alloc. A block of at least 2 MiB begins at a multiple of it.
template <class T>
struct HugePageAllocator {
  using value_type = T;
  HugePageAllocator() = default;
  template <class U>
  HugePageAllocator(const HugePageAllocator<U>&) noexcept {}

  [[nodiscard]] T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    void* const block = ::operator new(bytes, alignment(bytes));
    if (bytes >= kHugePageBytes) madvise(block, bytes / kHugePageBytes * kHugePageBytes, MADV_HUGEPAGE);
    return static_cast<T*>(block);
  }
  void deallocate(T* block, std::size_t count) noexcept { ::operator delete(block, alignment(count * sizeof(T))); }

  template <class U>
  friend bool operator==(const HugePageAllocator&, const HugePageAllocator<U>&) {
    return true;
  }

 private:
  static std::align_val_t alignment(std::size_t bytes) {
    return std::align_val_t{bytes >= kHugePageBytes ? kHugePageBytes : alignof(T)};
  }
};

}  // namespace dwell
