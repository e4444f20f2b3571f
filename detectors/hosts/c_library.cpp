#include "detectors/hosts/c_library.hpp"

#include <fmt/format.h>

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>
#include <stdexcept>

namespace dwell::hosts {
namespace {

class Loaded final : public CLibrary {
 public:
  Loaded(boost::dll::shared_library library, std::string file, const dwell_library* table)
      : CLibrary(std::move(file), table), library_(std::move(library)) {}

 private:
  boost::dll::shared_library library_;
};

constexpr const char* kSymbol = DWELL_DETECTOR_LIBRARY_SYMBOL;

std::string words_of(std::uint32_t version) { return fmt::format("version {} of the interface", version); }

/// What the loader said, without the words around it.
std::string loader_words(const std::string& what, const std::string& file) {
  constexpr std::string_view kBefore = "dlerror system message: ";
  std::size_t at = what.find(kBefore);
  std::string words = at == std::string::npos ? what : what.substr(at + kBefore.size());
  words = words.substr(0, words.find_first_of(")\n"));
  if (words.starts_with(file + ": ")) words.erase(0, file.size() + 2);
  return words;
}

std::uint32_t type_code(std::string_view type) {
  if (type == "<i8") return DWELL_I64;
  if (type == "<u8") return DWELL_U64;
  if (type == "<u4") return DWELL_U32;
  if (type == "<u2") return DWELL_U16;
  return DWELL_U8;
}

}  // namespace

Result<std::shared_ptr<const CLibrary>> CLibrary::load(const std::string& file, std::uint32_t version) {
  namespace dll = boost::dll;
  try {
    dll::shared_library library(file, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    if (!library.has(kSymbol)) {
      return Error{file, "", "is a shared library without detectors", fmt::format("one that exports {}", kSymbol)};
    }
    const dwell_library* const table = library.get<const dwell_library*()>(kSymbol)();
    if (table == nullptr) return Error{file, kSymbol, "returned nothing", "a table of detectors"};
    if (const Status sound = check(file, *table, version); !sound) return sound.error();
    return std::shared_ptr<const CLibrary>(std::make_shared<Loaded>(std::move(library), file, table));
  } catch (const std::system_error& problem) {
    return Error{file, "", "cannot be loaded: " + loader_words(problem.what(), file),
                 "a shared library for this machine"};
  }
}

Status CLibrary::check(const std::string& file, const dwell_library& table, std::uint32_t version) {
  if (table.abi_version != version) {
    return Error{file, kSymbol, "is of " + words_of(table.abi_version), words_of(version)};
  }
  if (table.struct_size < sizeof(dwell_library)) {
    return Error{file, kSymbol, fmt::format("a table of {} bytes", table.struct_size),
                 fmt::format("at least {}, as in {}", sizeof(dwell_library), words_of(version))};
  }
  if (table.detector_count > 0 && table.detectors == nullptr) {
    return Error{file, kSymbol, fmt::format("{} detectors without a list", table.detector_count), "a list of them"};
  }
  for (std::uint64_t i = 0; i < table.detector_count; ++i) {
    const dwell_detector* const d = table.detectors[i];
    const std::string place = fmt::format("detector {}", i);
    if (d == nullptr) return Error{file, place, "found none", "a table"};
    if (d->struct_size < sizeof(dwell_detector)) {
      return Error{file, place, fmt::format("a structure of {} bytes", d->struct_size),
                   fmt::format("at least {}, as in {}", sizeof(dwell_detector), words_of(version))};
    }
    const bool whole = d->name != nullptr && d->create != nullptr && d->destroy != nullptr && d->observe != nullptr &&
                       d->close != nullptr && (d->save == nullptr) == (d->restore == nullptr) &&
                       (d->parameter_count == 0 || d->parameters != nullptr);
    if (!whole) {
      return Error{file, d->name != nullptr ? d->name : place, "lacks a part",
                   "name, create, destroy, observe, close; save and restore or neither"};
    }
  }
  return success();
}

Result<const dwell_detector*> CLibrary::find(const std::string& name) const {
  std::string names;
  for (std::uint64_t i = 0; i < table_->detector_count; ++i) {
    if (table_->detectors[i]->name == name) return table_->detectors[i];
    names += (names.empty() ? "" : ", ") + std::string(table_->detectors[i]->name);
  }
  if (name.empty() && table_->detector_count == 1) return table_->detectors[0];
  if (names.empty()) return Error{file_, "", "holds no detector", "a library that describes one or more"};
  return Error{file_, "", name.empty() ? "holds more than one detector" : "holds no detector \"" + name + "\"", names};
}

CInstance::CInstance(std::shared_ptr<const CLibrary> library, const dwell_detector& detector,
                     const detect::Setting& setting, std::span<const double> parameters)
    : library_(std::move(library)), detector_(detector) {
  const dwell_setting given{.struct_size = sizeof(dwell_setting),
                            .shards = setting.shards,
                            .seed = setting.seed.value,
                            .windows_per_day = setting.windows_per_day,
                            .members_expected = setting.members_expected,
                            .events_per_day_expected = setting.events_per_day_expected,
                            .parameters = parameters.data()};
  demand(detector_.create(&given, &instance_), "create");
  if (instance_ == nullptr) throw std::runtime_error("create made no instance");
}

CInstance::~CInstance() {
  if (instance_ != nullptr) detector_.destroy(instance_);
}

void CInstance::demand(int code, const char* call) const {
  if (code == 0) return;
  const char* const words = detector_.last_error != nullptr ? detector_.last_error(instance_) : nullptr;
  throw std::runtime_error(words != nullptr && *words != '\0' ? fmt::format("{}: {}", call, words)
                                                              : fmt::format("{} returned {}", call, code));
}

void CInstance::observe(const FrameView& batch) {
  names_.resize(std::max(names_.size(), batch.columns.size() + 1));
  names_.back().assign(batch.topic);
  columns_.clear();
  for (std::size_t k = 0; k < batch.columns.size(); ++k) {
    const ColumnView& column = batch.columns[k];
    names_[k].assign(column.name);
    columns_.push_back({names_[k].c_str(), column.bytes.data(), type_code(column.type),
                        static_cast<std::uint32_t>(column.type[2] - '0')});
  }
  const dwell_batch given{.struct_size = sizeof(dwell_batch),
                          .column_count = static_cast<std::uint32_t>(columns_.size()),
                          .topic = names_.back().c_str(),
                          .rows = batch.rows,
                          .columns = columns_.data()};
  demand(detector_.observe(instance_, &given), "observe");
}

std::span<const dwell_score> CInstance::close(const detect::WindowInfo& window, double floor, std::size_t capacity) {
  scores_.resize(capacity);
  const dwell_window given{.struct_size = sizeof(dwell_window),
                           .reserved = 0,
                           .index = window.index,
                           .begin_us = window.begin_us,
                           .end_us = window.end_us,
                           .floor = floor};
  std::uint64_t count = 0;
  demand(detector_.close(instance_, &given, scores_.data(), capacity, &count), "close");
  if (count > capacity) {
    throw std::runtime_error(fmt::format("close reported {} scores where there is room for {}", count, capacity));
  }
  return std::span(scores_).first(static_cast<std::size_t>(count));
}

std::vector<std::byte> CInstance::save() const {
  if (detector_.save == nullptr) throw std::runtime_error("it has no save");
  std::uint64_t size = 0;
  demand(detector_.save(instance_, nullptr, 0, &size), "save");
  if (size > kMostFrameBytes / 2) throw std::runtime_error(fmt::format("save wants {} bytes", size));
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  std::uint64_t written = 0;
  demand(detector_.save(instance_, bytes.data(), size, &written), "save");
  if (written != size) throw std::runtime_error(fmt::format("save wrote {} bytes after {}", written, size));
  return bytes;
}

void CInstance::restore(std::span<const std::byte> bytes) {
  if (detector_.restore == nullptr) throw std::runtime_error("it has no restore");
  demand(detector_.restore(instance_, bytes.data(), bytes.size()), "restore");
}

}  // namespace dwell::hosts
