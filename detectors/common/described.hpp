#pragma once
// What every in-tree detector does alike: hold its descriptor, copy itself, and say that a saved state was cut short.

#include <memory>
#include <utility>

#include "detectors/api/detector.hpp"

namespace dwell::detect {

/// `class Mine final : public Described<Mine, ShardedDetector>`. Copies share the descriptor, which never changes.
template <class Derived, class Form>
class Described : public Form {
 public:
  explicit Described(Descriptor descriptor) : descriptor_(std::make_shared<const Descriptor>(std::move(descriptor))) {}
  [[nodiscard]] const Descriptor& descriptor() const final { return *descriptor_; }
  [[nodiscard]] std::unique_ptr<Detector> clone() const final {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }

 protected:
  [[nodiscard]] double parameter(std::string_view name) const { return descriptor_->parameter(name); }
  [[nodiscard]] std::int64_t whole(std::string_view name) const {
    return static_cast<std::int64_t>(descriptor_->parameter(name));
  }
  [[nodiscard]] Status restored(const ByteReader& reader) const {
    if (!reader.failed()) return success();
    return Error{descriptor_->name, "saved state", "it ends early", "the bytes that save wrote"};
  }

 private:
  std::shared_ptr<const Descriptor> descriptor_;
};

}  // namespace dwell::detect
