#pragma once
// Columnar batches, generated from the column table: for each topic a Row (to write), a Batch (columns), and Rows (a
// read-only view of chosen rows of a batch, the only thing a detector gets).

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "sim/core/check.hpp"
#include "sim/core/ids.hpp"
#include "sim/telemetry/columns.hpp"

namespace dwell::telemetry {

/// A column's storage: 64-byte aligned, grown by the batch only, never shrunk, not initialised.
template <class T>
class Column {
 public:
  [[nodiscard]] const T* data() const { return data_.get(); }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  void grow(std::size_t used, std::size_t capacity) {
    std::unique_ptr<T[], Free> bigger(static_cast<T*>(::operator new (capacity * sizeof(T), std::align_val_t{64})));
    if (used != 0) std::memcpy(bigger.get(), data_.get(), used * sizeof(T));
    data_ = std::move(bigger);
  }

 private:
  struct Free {
    void operator()(T* p) const { ::operator delete (p, std::align_val_t{64}); }
  };
  std::unique_ptr<T[], Free> data_;
};

/// How detectors see moments: shifted by a whole number of weeks, so that no date can be learnt.
struct Shift {
  std::int64_t us = 0;
};

enum class ColumnKind { moment, plain };

#define DWELL_FIELD(kind, type, name, unit, sentinel, meaning) type name{};
#define DWELL_COLUMN(kind, type, name, unit, sentinel, meaning) Column<type> name;
#define DWELL_STORE(kind, type, name, unit, sentinel, meaning) name[size_] = row.name;
#define DWELL_LOAD(kind, type, name, unit, sentinel, meaning) row.name = name[i];
#define DWELL_GROW(kind, type, name, unit, sentinel, meaning) name.grow(size_, capacity);
#define DWELL_WIDTH(kind, type, name, unit, sentinel, meaning) +sizeof(type)
#define DWELL_ACCESSOR(kind, type, name, unit, sentinel, meaning)                   \
  [[nodiscard]] type name(std::size_t i) const {                                    \
    const type value = batch_->name[index(i)];                                      \
    if constexpr (ColumnKind::kind == ColumnKind::moment) return value + shift_.us; \
    return value;                                                                   \
  }

#define DWELL_DEFINE_TOPIC(topic, Stem, COLUMNS, meaning)                                                     \
  struct Stem##Row {                                                                                          \
    COLUMNS(DWELL_FIELD)                                                                                      \
  };                                                                                                          \
  class Stem##Batch {                                                                                         \
   public:                                                                                                    \
    using Row = Stem##Row;                                                                                    \
    static constexpr Topic kTopic = Topic::topic;                                                             \
    static constexpr std::size_t kRowBytes = 0 COLUMNS(DWELL_WIDTH);                                          \
    COLUMNS(DWELL_COLUMN)                                                                                     \
    void push(const Row& row) {                                                                               \
      if (full()) [[unlikely]]                                                                                \
        reserve(capacity_ == 0 ? 64 : capacity_ * 2);                                                         \
      COLUMNS(DWELL_STORE)                                                                                    \
      ++size_;                                                                                                \
    }                                                                                                         \
    /* A new row, to be written column by column; there must be room. */                                      \
    [[nodiscard]] std::size_t extend(std::size_t count = 1) { return (size_ += count) - count; }              \
    [[nodiscard]] Row row(std::size_t i) const {                                                              \
      Row row;                                                                                                \
      COLUMNS(DWELL_LOAD)                                                                                     \
      return row;                                                                                             \
    }                                                                                                         \
    void reserve(std::size_t capacity) {                                                                      \
      if (capacity <= capacity_) return;                                                                      \
      COLUMNS(DWELL_GROW)                                                                                     \
      capacity_ = capacity;                                                                                   \
    }                                                                                                         \
    void clear() { size_ = 0; }                                                                               \
    [[nodiscard]] std::size_t size() const { return size_; }                                                  \
    [[nodiscard]] std::size_t capacity() const { return capacity_; }                                          \
    [[nodiscard]] bool full() const { return size_ == capacity_; }                                            \
    [[nodiscard]] bool empty() const { return size_ == 0; }                                                   \
    [[nodiscard]] std::size_t bytes() const { return capacity_ * kRowBytes; }                                 \
                                                                                                              \
   private:                                                                                                   \
    std::size_t size_ = 0;                                                                                    \
    std::size_t capacity_ = 0;                                                                                \
  };                                                                                                          \
  class Stem##Rows {                                                                                          \
   public:                                                                                                    \
    Stem##Rows() = default;                                                                                   \
    /* all rows of a batch */                                                                                 \
    Stem##Rows(const Stem##Batch& batch, Shift shift) : batch_(&batch), size_(batch.size()), shift_(shift) {} \
    /* the rows [begin, end) of a batch */                                                                    \
    Stem##Rows(const Stem##Batch& batch, std::size_t begin, std::size_t end, Shift shift)                     \
        : batch_(&batch), begin_(begin), size_(end - begin), shift_(shift) {}                                 \
    /* chosen rows, in the order given; `chosen` must outlive the view */                                     \
    Stem##Rows(const Stem##Batch& batch, std::span<const std::uint32_t> chosen, Shift shift)                  \
        : batch_(&batch), chosen_(chosen.data()), size_(chosen.size()), shift_(shift) {                       \
      if (chosen_ == nullptr) chosen_ = &kNone;                                                               \
    }                                                                                                         \
    [[nodiscard]] std::size_t size() const { return size_; }                                                  \
    [[nodiscard]] bool empty() const { return size_ == 0; }                                                   \
    COLUMNS(DWELL_ACCESSOR)                                                                                   \
                                                                                                              \
   private:                                                                                                   \
    [[nodiscard]] std::size_t index(std::size_t i) const {                                                    \
      DWELL_ASSERT(i < size_);                                                                                \
      return chosen_ != nullptr ? chosen_[i] : begin_ + i;                                                    \
    }                                                                                                         \
    static constexpr std::uint32_t kNone = 0;                                                                 \
    const Stem##Batch* batch_ = nullptr;                                                                      \
    const std::uint32_t* chosen_ = nullptr;                                                                   \
    std::size_t begin_ = 0;                                                                                   \
    std::size_t size_ = 0;                                                                                    \
    Shift shift_;                                                                                             \
  };

DWELL_TOPICS(DWELL_DEFINE_TOPIC)

#undef DWELL_DEFINE_TOPIC
#undef DWELL_ACCESSOR
#undef DWELL_WIDTH
#undef DWELL_GROW
#undef DWELL_LOAD
#undef DWELL_STORE
#undef DWELL_COLUMN
#undef DWELL_FIELD

/// A batch with the origin of each row in a parallel array. Batches given to detectors never hold the origins.
template <class Batch>
struct Labelled {
  Batch rows;
  Column<Origin> origins;
  std::size_t foreign = 0;  ///< rows whose origin is not background

  void push(const typename Batch::Row& row, Origin origin) {
    note(origin);
    rows.push(row);
  }
  /// A new row of this origin, to be written column by column.
  [[nodiscard]] std::size_t extend(Origin origin) {
    note(origin);
    return rows.extend();
  }
  /// So many new rows, to be written column by column, origins and `foreign` included; the first of them. Room for
  /// `spare` more follows them.
  [[nodiscard]] std::size_t extend(std::size_t count, std::size_t spare) {
    if (rows.size() + count + spare > room_) [[unlikely]]
      grow(rows.size() + count + spare);
    return rows.extend(count);
  }
  void clear() {
    rows.clear();
    foreign = 0;
  }

 private:
  [[gnu::noinline]] void grow(std::size_t least) {
    rows.reserve(std::max({std::size_t{64}, rows.size() * 2, least}));
    room_ = rows.capacity();
    origins.grow(rows.size(), room_);
  }
  void note(Origin origin) {
    if (rows.size() == room_) [[unlikely]]
      grow(0);
    origins[rows.size()] = origin;
    foreign += origin != kBackground ? 1 : 0;
  }
  std::size_t room_ = 0;  // of origins; rows may have more
};

/// Where the rows of one shard lie in a partition's batches.
struct ShardRange {
  ShardId shard;
  std::uint32_t access_begin = 0, access_end = 0;
  std::uint32_t auth_begin = 0, auth_end = 0;
};

/// What the shards of one partition emit in a window; rows of one shard lie together, in order of shard.
struct PartitionRows {
  Labelled<AccessBatch> access;
  Labelled<AuthBatch> auth;
  std::vector<ShardRange> shards;
  Labelled<AccessBatch> unlogged;  ///< foreign requests whose log row was lost: for the truth alone
  void clear() {
    access.clear();
    auth.clear();
    shards.clear();
    unlogged.clear();
  }
};

/// What the platform-wide processes emit in a window.
struct PlatformRows {
  Labelled<KeysBatch> keys;
  Labelled<WorkforceBatch> workforce;
  Labelled<AuditBatch> audit;
  Labelled<ComplaintsBatch> complaints;
  Labelled<DeceptionBatch> deception;
  void clear() {
    keys.clear();
    workforce.clear();
    audit.clear();
    complaints.clear();
    deception.clear();
  }
};

}  // namespace dwell::telemetry
