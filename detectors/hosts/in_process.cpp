// A detector of a shared library without a process between, for timing alone.

#include <nlohmann/json.hpp>

#include "detectors/hosts/c_library.hpp"
#include "detectors/hosts/hosted_detector.hpp"

namespace dwell::hosts {
namespace {

struct Loaded {
  std::shared_ptr<const CLibrary> library;
  const dwell_detector* detector;
  Introduction introduction;
};

class InProcessDetector final : public detect::SequentialDetector {
 public:
  InProcessDetector(std::shared_ptr<const Loaded> loaded, const detect::Setting& setting)
      : loaded_(std::move(loaded)), setting_(setting) {
    std::vector<double> values;
    for (const detect::Parameter& p : loaded_->introduction.descriptor.parameters) values.push_back(p.value);
    instance_ = std::make_unique<CInstance>(loaded_->library, *loaded_->detector, setting_, values);
  }

  [[nodiscard]] const detect::Descriptor& descriptor() const override { return loaded_->introduction.descriptor; }
  [[nodiscard]] std::unique_ptr<detect::Detector> clone() const override {
    auto copy = std::make_unique<InProcessDetector>(loaded_, setting_);
    copy->instance_->restore(instance_->save());
    return copy;
  }
  void save(ByteWriter& writer) const override { writer.put_vector(instance_->save()); }
  Status restore(ByteReader& reader) override {
    instance_->restore(reader.get_vector<std::byte>());
    return success();
  }
  /// Nobody can tell which of this process's memory is the library's.
  [[nodiscard]] std::uint64_t state_bytes() const override { return 0; }

  void observe(const detect::WindowRows& rows) override {
    encode_all(writer_, rows, descriptor().topics, loaded_->introduction.columns, 0,
               [&](std::span<const std::byte> frame) {
                 const Status read = read_frame(frame, view_);
                 DWELL_DEMAND(read.ok(), "a frame of our own is damaged");
                 instance_->observe(view_);
               });
  }
  void close(const detect::WindowInfo& window, detect::Scores& scores) override {
    for (const dwell_score& score : instance_->close(window, scores.floor(), kMostScores)) {
      if (score.entity.kind >= detect::kEntityKinds) throw std::runtime_error("an entity of an unknown kind");
      const detect::Entity entity{static_cast<detect::EntityKind>(score.entity.kind), score.entity.id};
      if (entity.id > detect::most_id(entity.kind)) throw std::runtime_error("an entity that no row can hold");
      scores.emit(entity, score.value);
    }
  }

 private:
  std::shared_ptr<const Loaded> loaded_;
  detect::Setting setting_;
  std::unique_ptr<CInstance> instance_;
  FrameWriter writer_;
  FrameView view_;
};

}  // namespace

Result<InProcess> load_in_process(const Reference& reference) {
  if (reference.kind == Kind::python) {
    return Error{reference.file, "--in-process", "is Python", "a shared library"};
  }
  auto library = CLibrary::load(reference.file);
  if (!library) return library.error();
  const auto detector = library.value()->find(reference.name);
  if (!detector) return detector.error();
  Reference named = reference;
  if (named.name.empty()) named.row += std::string(":").append(named.name = detector.value()->name);
  auto introduction = read_hello(hello_of(*detector.value()), named);
  if (!introduction) return introduction.error();
  const detect::Descriptor descriptor = introduction.value().descriptor;
  auto loaded = std::make_shared<const Loaded>(
      Loaded{std::move(library).value(), detector.value(), std::move(introduction).value()});
  return InProcess{descriptor, [loaded](const detect::Setting& setting) {
                     return std::make_unique<InProcessDetector>(loaded, setting);
                   }};
}

}  // namespace dwell::hosts
