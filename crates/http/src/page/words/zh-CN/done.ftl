done-title = 您的选择已保存
done-lead = 您现在可以返回应用，也可以随时在设置中更改。
