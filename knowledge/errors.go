package knowledge

import "errors"

var (
	// ErrNoPrevious says that there is no generation to go back to.
	ErrNoPrevious = errors.New("没有可以恢复的上一版索引")

	errNewerSchema = errors.New("数据目录由更新版本的程序写入，请升级程序后再打开")
)
