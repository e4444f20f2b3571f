#include "detectors/sketches/midas_f.hpp"

#include "detectors/sketches/filtering_midas.hpp"
#include "detectors/sketches/midas_detector.hpp"

namespace dwell::detect {

Descriptor describe_midas_f() {
  Descriptor d;
  d.name = "midas-f";
  d.summary = "sudden bursts of edges, without learning from what is anomalous";
  d.form = Form::sequential;
  d.parameters = {
      {"rows", 2, 1, 8, "rows of each Count-Min sketch", Numbers::whole},
      {"columns", 1024, 16, 1 << 22, "columns of each Count-Min sketch", Numbers::whole},
      {"alpha", .5, 0, .999, "factor on current counts at the end of a window"},
      {"threshold", 1e3, 1e-9, 1e18, "score from which a cell is not learnt from"},
  };
  d.memory_bound_bytes = 8 << 20;
  d.time_bound_ns = 600;
  d.names_sources = true;
  d.paper = "Bhatia et al. 2022, MIDAS-F";
  d.check = "equals its equations to 1e-9";
  return d;
}

std::unique_ptr<Detector> make_midas_f(const Descriptor& descriptor, const Setting& setting) {
  return make_midas_detector<FilteringMidas>(descriptor, setting);
}

std::unique_ptr<EdgeDetector> make_midas_f_edges(const Descriptor& descriptor) {
  return make_midas_edges<FilteringMidas>(descriptor);
}

}  // namespace dwell::detect
