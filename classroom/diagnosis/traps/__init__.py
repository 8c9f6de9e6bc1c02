"""The traps: for each kind of function, what its usual mistakes compute."""

from classroom.diagnosis.traps import chain, filters, forward, image, pooling, training

KINDS = {
    "conv2d": forward.CONV2D,
    "conv2d_general": forward.CONV2D_GENERAL,
    "conv2d_channels": forward.CONV2D_CHANNELS,
    "output_size": forward.OUTPUT_SIZE,
    "conv2d_grad_weight": filters.GRAD_WEIGHT,
    "conv2d_grad_weight_batch": filters.GRAD_WEIGHT_BATCH,
    "conv2d_grad_bias": filters.GRAD_BIAS,
    "conv2d_grad_input": image.GRAD_INPUT,
    "conv2d_grad_input_full": image.GRAD_INPUT_FULL,
    "conv2d_grad_input_general": image.GRAD_INPUT_GENERAL,
    "rotate": image.ROTATE,
    "max_pool2d": pooling.MAX_POOL,
    "max_pool2d_grad": pooling.MAX_POOL_GRAD,
    "avg_pool2d_grad": pooling.AVG_POOL_GRAD,
    "softmax": training.SOFTMAX,
    "cross_entropy_grad": training.CROSS_ENTROPY_GRAD,
    "linear_grad": training.LINEAR_GRAD,
    "sgd_step": training.SGD_STEP,
    "product_of_sum": chain.PRODUCT_OF_SUM,
    "fan_out": chain.FAN_OUT,
    "neuron": chain.NEURON,
    "numerical_derivative": chain.NUMERICAL_DERIVATIVE,
}
