#pragma once
// A detector that says of every feature vector all that is in it, so that no number of any can differ unseen.

#include <memory>

#include "bench/run/harness.hpp"
#include "detectors/common/described.hpp"

namespace dwell::run::test {

class FeatureEcho final : public detect::Described<FeatureEcho, detect::FeatureDetector> {
 public:
  static constexpr const char* kName = "feature-echo";
  using Described::Described;
  void close(const detect::WindowInfo&, const detect::FeatureVector& features, detect::Scores& scores) override {
    ++vectors_;
    for (std::uint64_t f = 0; f < detect::kFeatures; ++f) {
      scores.emit({detect::EntityKind::network, f}, 1000 + features.value[f]);
      scores.emit({detect::EntityKind::country, f}, 1000 + features.residual[f]);
    }
    scores.emit({detect::EntityKind::platform, 0}, static_cast<double>(vectors_));
  }
  void save(ByteWriter& writer) const override { writer.put(vectors_); }
  Status restore(ByteReader& reader) override {
    vectors_ = reader.get<std::uint64_t>();
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override { return 8; }

 private:
  std::uint64_t vectors_ = 0;
};

inline Contender feature_echo() {
  detect::Descriptor descriptor;
  descriptor.name = FeatureEcho::kName;
  descriptor.form = detect::Form::features;
  descriptor.pages = detect::kAllPages;
  return {descriptor, "detector",
          [descriptor](const detect::Setting&) { return std::make_unique<FeatureEcho>(descriptor); }};
}

}  // namespace dwell::run::test
