#pragma once
// Memory that a detector works in and means nothing between calls.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace dwell::detect {

/// Room for items, kept between calls, not initialised, and none of a copy's business.
template <class T>
class Scratch {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Scratch() = default;
  Scratch(const Scratch&) {}
  Scratch& operator=(const Scratch&) { return *this; }
  /// Room for `size` items, whose values are any.
  T* room(std::size_t size) { return room(size, 0); }
  /// The same, where the first `used` items keep their values.
  T* room(std::size_t size, std::size_t used) {
    if (size > size_) grow(size, used);
    return items_.get();
  }
  [[nodiscard]] T* data() const { return items_.get(); }
  [[nodiscard]] std::uint64_t bytes() const { return size_ * sizeof(T); }
  void swap(Scratch& other) {
    items_.swap(other.items_);
    std::swap(size_, other.size_);
  }

 private:
  [[gnu::noinline]] void grow(std::size_t size, std::size_t used) {
    size = std::max(size, used == 0 ? 0 : size_ * 2);
    auto items = std::make_unique_for_overwrite<T[]>(size);
    std::copy_n(items_.get(), used, items.get());
    items_ = std::move(items);
    size_ = size;
  }
  std::unique_ptr<T[]> items_;
  std::size_t size_ = 0;
};

}  // namespace dwell::detect
