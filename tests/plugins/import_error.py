import dwell

import a_module_that_nobody_has


class Mine(dwell.Detector):
    pass
