package knowledge

import (
	"fmt"
	"time"
)

// What the store says when it refuses.

const (
	textNotEmpty  = "目标数据库里已有知识库的内容，没有复制。请换一个空的数据库。"
	textLostBuild = "这次更新中断得太久，已由另一个进程接手，没有换上新的索引。"
)

func textNewer(program string) string {
	if program != "" {
		program = "（" + program + "）"
	}
	return fmt.Sprintf("数据由更新版本的程序%s写入，请升级程序后再打开。", program)
}

func textBuilding(holder string, since time.Duration) string {
	took := "刚刚开始"
	if m := int(since.Minutes()); m > 0 {
		took = fmt.Sprintf("已进行%d分钟", m)
	}
	return fmt.Sprintf("知识库正由%s更新，%s，请等它完成后再试。", holder, took)
}
