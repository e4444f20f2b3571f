#include "detectors/features/own_stage.hpp"

#include "detectors/features/feature_stage.hpp"

namespace dwell::detect {
namespace {

class OwnStage final : public ShardedDetector {
 public:
  OwnStage(const FeatureStage& stage, std::unique_ptr<Detector> detector)
      : stage_(stage), detector_(std::move(detector)) {}

  [[nodiscard]] const Descriptor& descriptor() const override { return detector_->descriptor(); }
  [[nodiscard]] std::unique_ptr<Detector> clone() const override {
    return std::make_unique<OwnStage>(stage_, detector_->clone());
  }
  void observe(const WindowRows& rows, ShardState* state, WindowTable& table) const override {
    stage_.observe(rows, state, table);
  }
  void close(const WindowInfo& window, const WindowRows& platform, const WindowTable& table, Scores& scores) override {
    stage_.close(window, platform, table, scores);
    const FeatureVector* const vector = stage_.vector();
    if (vector != nullptr) static_cast<FeatureDetector&>(*detector_).close(window, *vector, scores);
  }
  void save(ByteWriter& writer) const override {
    stage_.save(writer);
    detector_->save(writer);
  }
  Status restore(ByteReader& reader) override {
    if (const Status restored = stage_.restore(reader); !restored) return restored.error();
    return detector_->restore(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override { return stage_.state_bytes() + detector_->state_bytes(); }

 private:
  FeatureStage stage_;
  std::unique_ptr<Detector> detector_;
};

}  // namespace

std::unique_ptr<Detector> with_own_stage(std::unique_ptr<Detector> detector) {
  if (dynamic_cast<FeatureDetector*>(detector.get()) == nullptr) return detector;
  return std::make_unique<OwnStage>(FeatureStage(), std::move(detector));
}

}  // namespace dwell::detect
