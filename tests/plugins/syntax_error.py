import dwell


class Mine(dwell.Detector)
    pass
