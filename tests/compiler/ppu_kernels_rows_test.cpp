// SPDX-License-Identifier: Apache-2.0
// Reductions, softmax, normalisations and pools on the PPU against their definitions in double.
#include "tests/compiler/ppu_kernel_support.h"

namespace trireme::test {
namespace {

using Numbers = std::vector<double>;

// The elements along `axes`, one list for each position on the other axes, row-major.
std::vector<Numbers> rows_of(const Shape& shape, const std::vector<float>& x,
                             const std::vector<std::int64_t>& axes) {
  Shape kept;
  const auto reduced = [&](std::size_t axis) {
    return std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(axis)) != axes.end();
  };
  for (std::size_t axis = 0; axis < shape.size(); ++axis) kept.push_back(reduced(axis) ? 1 : shape[axis]);
  std::vector<Numbers> rows(static_cast<std::size_t>(element_count(kept)));
  for_each_coordinate(shape, [&](const Shape& at) {
    Shape position = at;
    for (const std::int64_t axis : axes) position[static_cast<std::size_t>(axis)] = 0;
    rows[flat(kept, position)].push_back(static_cast<double>(x[flat(shape, at)]));
  });
  return rows;
}

double sum_of(const Numbers& row, const std::function<double(double)>& term) {
  double sum = 0;
  for (const double x : row) sum += term(x);
  return sum;
}

TEST(PpuKernels, ReductionsOverAnyAxes) {
  using Type = ReduceAttributes::Type;
  const auto same = [](double x) { return x; };
  const auto square = [](double x) { return x * x; };
  const auto count = [](const Numbers& row) { return static_cast<double>(row.size()); };
  const std::vector<std::pair<Type, std::function<double(const Numbers&)>>> types = {
      {Type::sum, [&](const Numbers& row) { return sum_of(row, same); }},
      {Type::mean, [&](const Numbers& row) { return sum_of(row, same) / count(row); }},
      {Type::max, [&](const Numbers& row) { return *std::max_element(row.begin(), row.end()); }},
      {Type::min, [&](const Numbers& row) { return *std::min_element(row.begin(), row.end()); }},
      {Type::prod,
       [&](const Numbers& row) {
         double product = 1;
         for (const double x : row) product *= x;
         return product;
       }},
      {Type::l1, [&](const Numbers& row) { return sum_of(row, [](double x) { return std::fabs(x); }); }},
      {Type::l2, [&](const Numbers& row) { return std::sqrt(sum_of(row, square)); }},
      {Type::log_sum, [&](const Numbers& row) { return std::log(sum_of(row, same)); }},
      {Type::log_sum_exp,
       [&](const Numbers& row) { return std::log(sum_of(row, [](double x) { return std::exp(x); })); }},
      {Type::sum_square, [&](const Numbers& row) { return sum_of(row, square); }}};
  Random random(21);
  const Shape shape = {3, 4, 5, 6};
  std::vector<float> x = reals(random, element_count(shape), 0.3F);
  for (float& value : x) value += 1;  // positive, for the logarithm; the product of all stays in range
  const std::vector<std::vector<std::int64_t>> all_axes = {{3}, {0}, {1, 2}, {0, 3}, {0, 1, 2, 3}, {}};
  for (const auto& [type, function] : types) {
    for (const std::vector<std::int64_t>& axes : all_axes) {
      ReduceAttributes attr;
      attr.type = type;
      attr.axes = axes;
      Shape out = shape;
      for (const std::int64_t axis : axes) out[static_cast<std::size_t>(axis)] = 1;
      const auto results =
          run_kernel(one_node("reduce", attr, {{shape}}, {{out}}), {Tensor::of<float>(shape, x)});
      ASSERT_TRUE(results);
      Numbers wanted;
      for (const Numbers& row : rows_of(shape, x, axes)) wanted.push_back(function(row));
      expect_close((*results)[0], wanted, "type " + std::to_string(static_cast<int>(type)));
    }
  }
}

// 50176 equal terms of 0.1 in 224 runs of 224. One chain of float additions is off by more than 1e-4 of the
// sum.
TEST(PpuKernels, LongSumsStayExact) {
  const Shape shape = {1, 50176};
  ReduceAttributes attr;
  attr.axes = {1};
  const auto results = run_kernel(one_node("reduce", attr, {{shape}}, {{{1, 1}}}),
                                  {Tensor::of<float>(shape, std::vector<float>(50176, 0.1F))});
  EXPECT_NEAR((*results)[0].data<float>()[0], 50176 * static_cast<double>(0.1F), 5017.6 * 1e-5);
}

TEST(PpuKernels, PositionsOfExtremes) {
  // rows 3 9 9 -1 and 0 -5 2 -5
  const Tensor x = Tensor::of<float>({2, 4}, {3, 9, 9, -1, 0, -5, 2, -5});
  const auto run = [&](const char* op, bool last) {
    ArgAttributes attr;
    attr.axis = 1;
    attr.select_last_index = last;
    const auto results = run_kernel(one_node(op, attr, {{{2, 4}}}, {{{2, 1}, DataType::int64}}), {x});
    return std::vector<double>{element((*results)[0], 0), element((*results)[0], 1)};
  };
  EXPECT_EQ(run("argmax", false), (std::vector<double>{1, 2}));
  EXPECT_EQ(run("argmax", true), (std::vector<double>{2, 2}));
  EXPECT_EQ(run("argmin", false), (std::vector<double>{3, 1}));
  EXPECT_EQ(run("argmin", true), (std::vector<double>{3, 3}));
}

TEST(PpuKernels, SoftmaxAlongAnyAxis) {
  Random random(22);
  const Shape shape = {2, 5, 3, 4};
  const std::vector<float> x = reals(random, element_count(shape), 30);
  for (const std::int64_t axis : {0, 1, 3}) {
    const auto run = [&](const char* op) {
      return run_kernel(one_node(op, SoftmaxAttributes{axis}, {{shape}}, {{shape}}),
                        {Tensor::of<float>(shape, x)});
    };
    const std::vector<Numbers> rows = rows_of(shape, x, {axis});
    Numbers quotients, logarithms;
    for_each_coordinate(shape, [&](const Shape& at) {
      Shape kept = shape, position = at;
      kept[static_cast<std::size_t>(axis)] = 1;
      position[static_cast<std::size_t>(axis)] = 0;
      const double sum = sum_of(rows[flat(kept, position)], [](double v) { return std::exp(v); });
      const auto value = static_cast<double>(x[flat(shape, at)]);
      quotients.push_back(std::exp(value) / sum);
      logarithms.push_back(value - std::log(sum));
    });
    expect_close(run("softmax")->at(0), quotients, "softmax");
    expect_close(run("log_softmax")->at(0), logarithms, "log_softmax");
  }
}

TEST(PpuKernels, RunningSums) {
  const Tensor x = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto run = [&](std::int64_t axis, bool exclusive, bool reverse) {
    const auto results = run_kernel(
        one_node("cumsum", CumsumAttributes{axis, exclusive, reverse}, {{{2, 3}}}, {{{2, 3}}}), {x});
    return std::vector<float>((*results)[0].data<float>(), (*results)[0].data<float>() + 6);
  };
  EXPECT_EQ(run(1, false, false), (std::vector<float>{1, 3, 6, 4, 9, 15}));
  EXPECT_EQ(run(1, true, false), (std::vector<float>{0, 1, 3, 0, 4, 9}));
  EXPECT_EQ(run(1, false, true), (std::vector<float>{6, 5, 3, 15, 11, 6}));
  EXPECT_EQ(run(0, true, true), (std::vector<float>{4, 5, 6, 0, 0, 0}));
}

// Rows along `axes`; gamma and beta by the coordinates `parameter` picks.
Numbers normalized(const Shape& shape, const std::vector<float>& x,
                   const std::function<std::size_t(const Shape&)>& row, bool centred,
                   const std::function<std::size_t(const Shape&)>& parameter, const std::vector<float>& gamma,
                   const std::vector<float>& beta, double eps) {
  std::map<std::size_t, Numbers> rows;
  for_each_coordinate(
      shape, [&](const Shape& at) { rows[row(at)].push_back(static_cast<double>(x[flat(shape, at)])); });
  Numbers result;
  for_each_coordinate(shape, [&](const Shape& at) {
    const Numbers& all = rows[row(at)];
    const auto n = static_cast<double>(all.size());
    const double mean = centred ? sum_of(all, [](double v) { return v; }) / n : 0;
    const double variance = sum_of(all, [&](double v) { return (v - mean) * (v - mean); }) / n;
    const double y = (static_cast<double>(x[flat(shape, at)]) - mean) / std::sqrt(variance + eps);
    const std::size_t p = parameter(at);
    result.push_back(y * static_cast<double>(gamma[p]) + (beta.empty() ? 0 : static_cast<double>(beta[p])));
  });
  return result;
}

TEST(PpuKernels, Normalisations) {
  Random random(23);
  const Shape shape = {2, 6, 3, 5};
  const std::vector<float> x = reals(random, element_count(shape), 3);
  const auto check = [&](const char* op, NormAttributes attr, const Shape& parameters, bool with_beta,
                         bool centred, const std::function<std::size_t(const Shape&)>& row,
                         const std::function<std::size_t(const Shape&)>& parameter) {
    const std::vector<float> gamma = reals(random, element_count(parameters), 2);
    const std::vector<float> beta = reals(random, with_beta ? element_count(parameters) : 0, 2);
    std::vector<Operand> inputs = {{shape}, {parameters}};
    std::vector<Tensor> tensors = {Tensor::of<float>(shape, x), Tensor::of<float>(parameters, gamma)};
    if (with_beta) inputs.push_back({parameters});
    if (with_beta) tensors.push_back(Tensor::of<float>(parameters, beta));
    const auto results = run_kernel(one_node(op, attr, inputs, {{shape}}), tensors);
    ASSERT_TRUE(results) << op;
    expect_close((*results)[0],
                 normalized(shape, x, row, centred, parameter, gamma, beta, static_cast<double>(attr.eps)),
                 op);
  };
  const auto index = [](std::int64_t i) { return static_cast<std::size_t>(i); };
  NormAttributes attr;
  attr.eps = 1e-3F;
  attr.axis = 2;
  const auto last_two = [&](const Shape& at) { return index(at[2] * 5 + at[3]); };
  const auto channel = [&](const Shape& at) { return index(at[1]); };
  const auto plane = [&](const Shape& at) { return index(at[0] * 6 + at[1]); };
  check("layernormalize", attr, {3, 5}, true, true, plane, last_two);
  check("rmsnormalize", attr, {3, 5}, false, false, plane, last_two);
  check("instancenormalize", attr, {6}, true, true, plane, channel);
  attr.groups = 2;
  check(
      "groupnormalize", attr, {6}, true, true, [&](const Shape& at) { return index(at[0] * 2 + at[1] / 3); },
      channel);
}

TEST(PpuKernels, LengthsOfRows) {
  Random random(24);
  const Shape shape = {2, 6, 3, 5};
  const std::vector<float> x = reals(random, element_count(shape), 3);
  for (const std::int64_t p : {1, 2}) {
    NormAttributes attr;
    attr.p = p;
    const auto results =
        run_kernel(one_node("l2normalize", attr, {{shape}}, {{shape}}), {Tensor::of<float>(shape, x)});
    const std::vector<Numbers> rows = rows_of(shape, x, {1});
    Numbers wanted;
    for_each_coordinate(shape, [&](const Shape& at) {
      const Numbers& row = rows[flat({2, 1, 3, 5}, {at[0], 0, at[2], at[3]})];
      const double norm = p == 1 ? sum_of(row, [](double v) { return std::fabs(v); })
                                 : std::sqrt(sum_of(row, [](double v) { return v * v; }));
      wanted.push_back(static_cast<double>(x[flat(shape, at)]) / norm);
    });
    expect_close((*results)[0], wanted, "p " + std::to_string(p));
  }
}

TEST(PpuKernels, BatchAndLocalResponseNormalisation) {
  Random random(25);
  const Shape shape = {2, 7, 3, 4};
  const std::vector<float> x = reals(random, element_count(shape), 3);
  Graph graph =
      one_node("batchnormalize", BatchNormAttributes{}, {{shape}, {{7}}, {{7}}, {{7}}, {{7}}}, {{shape}});
  std::vector<std::vector<float>> parameters;
  for (std::size_t i = 0; i < 4; ++i) {
    parameters.push_back(reals(random, 7, 1));
    if (i == 3) {
      for (float& variance : parameters[i]) variance = std::fabs(variance) + 0.1F;
    }
    make_constant(graph, i + 1, {7}, parameters[i]);
  }
  LrnAttributes lrn;
  lrn.size = 4;
  lrn.alpha = 0.5F;
  Numbers batch, local;
  for_each_coordinate(shape, [&](const Shape& at) {
    const auto value = static_cast<double>(x[flat(shape, at)]);
    const auto p = [&](std::size_t i) {
      return static_cast<double>(parameters[i][static_cast<std::size_t>(at[1])]);
    };
    batch.push_back((value - p(2)) / std::sqrt(p(3) + 1e-5) * p(0) + p(1));
    double sum = 0;
    for (std::int64_t c = at[1] - 1; c <= at[1] + 2; ++c) {  // (4 - 1) / 2 = 1 before, 2 after
      const double other =
          c < 0 || c >= 7 ? 0 : static_cast<double>(x[flat(shape, {at[0], c, at[2], at[3]})]);
      sum += other * other;
    }
    local.push_back(value / std::pow(1 + 0.125 * sum, 0.75));
  });
  const Tensor data = Tensor::of<float>(shape, x);
  expect_close(run_kernel(graph, {data})->at(0), batch, "batchnormalize");
  expect_close(run_kernel(one_node("localresponsenormalization", lrn, {{shape}}, {{shape}}), {data})->at(0),
               local, "localresponsenormalization");
}

TEST(PpuKernels, Pools) {
  using Type = PoolingAttributes::Type;
  Random random(26);
  struct Case {
    std::int64_t kernel, stride, pad, dilation;
    bool ceil, include;
  };
  const Shape shape = {2, 3, 8, 7};
  const std::vector<float> x = reals(random, element_count(shape), 3);
  for (const Case& c :
       {Case{2, 2, 0, 1, false, false}, Case{3, 2, 1, 1, true, false}, Case{3, 1, 1, 1, false, true},
        Case{2, 1, 1, 2, false, false}, Case{3, 2, 1, 1, true, true}, Case{2, 3, 1, 2, true, true}}) {
    for (const Type type : {Type::max, Type::avg, Type::lp}) {
      PoolingAttributes attr;
      attr.type = type;
      attr.window.kernel_h = attr.window.kernel_w = c.kernel;
      attr.window.stride_h = attr.window.stride_w = c.stride;
      attr.window.pad_top = attr.window.pad_left = attr.window.pad_bottom = attr.window.pad_right = c.pad;
      attr.window.dilation_h = attr.window.dilation_w = c.dilation;
      attr.ceil_mode = c.ceil;
      attr.count_include_pad = c.include;
      const auto outputs = [&](std::int64_t size) {
        return (size + 2 * c.pad - c.dilation * (c.kernel - 1) - 1 + (c.ceil ? c.stride - 1 : 0)) / c.stride +
               1;
      };
      const Shape out = {2, 3, outputs(8), outputs(7)};
      Numbers wanted;
      for_each_coordinate(out, [&](const Shape& at) {
        Numbers seen;
        double all = 0;  // taps in the map or its padding
        for (std::int64_t ky = 0; ky < c.kernel; ++ky) {
          for (std::int64_t kx = 0; kx < c.kernel; ++kx) {
            const std::int64_t y = at[2] * c.stride - c.pad + ky * c.dilation;
            const std::int64_t xx = at[3] * c.stride - c.pad + kx * c.dilation;
            all += y < 8 + c.pad && xx < 7 + c.pad ? 1 : 0;
            if (y >= 0 && xx >= 0 && y < 8 && xx < 7)
              seen.push_back(static_cast<double>(x[flat(shape, {at[0], at[1], y, xx})]));
          }
        }
        const double sum = sum_of(seen, [](double v) { return v; });
        wanted.push_back(type == Type::max   ? *std::max_element(seen.begin(), seen.end())
                         : type == Type::avg ? sum / (c.include ? all : static_cast<double>(seen.size()))
                                             : std::sqrt(sum_of(seen, [](double v) { return v * v; })));
      });
      const auto results =
          run_kernel(one_node("pooling", attr, {{shape}}, {{out}}), {Tensor::of<float>(shape, x)});
      ASSERT_TRUE(results);
      expect_close((*results)[0], wanted, "type " + std::to_string(static_cast<int>(type)));
    }
  }
}

// 2x2 windows of a 2x4 map, of two maps: 1 5 | 2 2 over 0 3 | 9 1. Index 5 and 6 + ...: row 0 column 1 is 1,
// row 1 column 2 is 6; columns first: 1 * 2 + 0 = 2 and 2 * 2 + 1 = 5. The second map adds 8.
TEST(PpuKernels, MaximumWithItsIndex) {
  const Shape shape = {1, 2, 2, 4}, out = {1, 2, 1, 2};
  const Tensor x = Tensor::of<float>(shape, {1, 5, 2, 2, 0, 3, 9, 1, 1, 5, 2, 2, 0, 3, 9, 1});
  for (const bool columns : {false, true}) {
    PoolingAttributes attr;
    attr.window.kernel_h = attr.window.kernel_w = attr.window.stride_h = attr.window.stride_w = 2;
    attr.index_column_major = columns;
    const auto results =
        run_kernel(one_node("poolwithargmax", attr, {{shape}}, {{out}, {out, DataType::int64}}), {x});
    EXPECT_TRUE((*results)[0].bytes == Tensor::of<float>(out, {5, 9, 5, 9}).bytes);
    const std::vector<std::int64_t> wanted =
        columns ? std::vector<std::int64_t>{2, 5, 10, 13} : std::vector<std::int64_t>{1, 6, 9, 14};
    EXPECT_TRUE((*results)[1].bytes == Tensor::of<std::int64_t>(out, wanted).bytes);
  }
}

}  // namespace
}  // namespace trireme::test
