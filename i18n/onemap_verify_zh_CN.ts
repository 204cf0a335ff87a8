<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Acceptance</name>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>A number of units</source>
        <translation>指定样本量</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Add to Map</source>
        <translation>加载到地图</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Adjustment t</source>
        <translation>调整系数 t</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Agree on it before the draw</source>
        <translation>须在抽样前商定</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>All elements weigh the same</source>
        <translation>各质量元素等权</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Certificate</source>
        <translation>证书</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Confidence</source>
        <translation>置信度</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Deadline</source>
        <translation>整改期限</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Decide the Open Ones</source>
        <translation>认定未决的发现</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>Draw Again</source>
        <translation>重新抽样</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Draw Sample</source>
        <translation>抽样</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>Draw sample</source>
        <translation>抽取样本</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Element</source>
        <translation>质量元素</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Errors by element and class</source>
        <translation>各质量元素的错漏</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>Errors found</source>
        <translation>错漏认定</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>Every weight has to be a number that is not negative.</source>
        <translation>权重须为非负数。</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Fabrication, departure from the route: fails the lot</source>
        <translation>伪造成果、偏离技术路线等，直接判批不合格</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Its Findings</source>
        <translation>样本的发现</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Judge Lot</source>
        <translation>判定本批</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>Judge lot</source>
        <translation>批判定</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>Judge the lot first.</source>
        <translation>请先判定本批。</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Key (SM2)</source>
        <translation>私钥（SM2）</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Lot accepted · {grade}</source>
        <translation>批合格 · {grade}</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Lot rejected</source>
        <translation>批不合格</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Make Reports</source>
        <translation>生成报告</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/presenter.py"/>
        <source>Noting the draw</source>
        <translation>记录抽样</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Objection</source>
        <translation>否决事项</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Of the whole lot {share} % fail (95 % interval {low}–{high} %).</source>
        <translation>推断整批不合格率 {share}%（95% 置信区间 {low}%～{high}%）。</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Open the results of a verification first.</source>
        <translation>请先打开一次核验的结果。</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Passphrase</source>
        <translation>口令</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Plan</source>
        <translation>抽样方案</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/presenter.py"/>
        <source>Reading the parcels</source>
        <translation>读取图斑</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/presenter.py"/>
        <source>Reading the sample</source>
        <translation>读取样本</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>Reports</source>
        <translation>报告</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Return list</source>
        <translation>整改清单</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Return list (PDF, spreadsheet, layer)</source>
        <translation>整改清单（PDF、电子表格、图层）</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Return list (spreadsheet)</source>
        <translation>整改清单（电子表格）</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Review report</source>
        <translation>核查报告</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Review report (PDF)</source>
        <translation>核查报告（PDF）</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>Sample</source>
        <translation>样本</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/presenter.py"/>
        <source>Say first who you are.</source>
        <translation>请先填写姓名。</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Select the findings about the sample in the queue</source>
        <translation>在队列中选中涉及样本的发现</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Share of wrong units to be ruled out</source>
        <translation>须排除的不合格率</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>Sign</source>
        <translation>签署</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>Signing is not available in this version.</source>
        <translation>此版本不能签署。</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Sign…</source>
        <translation>签署…</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Strata</source>
        <translation>分层</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Units to draw</source>
        <translation>抽取的单位数</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Used once and kept nowhere</source>
        <translation>仅使用一次，不保存</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Verdict on the lot</source>
        <translation>检验批判定书</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>Verdict on the lot (PDF)</source>
        <translation>检验批判定书（PDF）</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Weight</source>
        <translation>权重</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/presenter.py"/>
        <source>Writing the errors</source>
        <translation>写出错漏</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>Zero defects</source>
        <translation>零缺陷方案</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>by {signer}</source>
        <translation>由 {signer} 签署</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>excellent</source>
        <translation>优</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>good</source>
        <translation>良</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>judged before the last change</source>
        <translation>判定后已有变动</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>land class</source>
        <translation>地类</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>not qualified</source>
        <translation>不合格</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>older than the verdict</source>
        <translation>早于最近的判定</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/outcome.py"/>
        <source>qualified</source>
        <translation>合格</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>t of GB/T 24356: above 1 for large or complex units</source>
        <translation>GB/T 24356 的 t：单位成果特别大或复杂时大于 1</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>village</source>
        <translation>坐落单位</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/presenter.py"/>
        <source>{blank} parcels without BSM and {double} with one that another has already cannot be drawn.</source>
        <translation>{blank} 个图斑没有标识码，{double} 个图斑的标识码与其他图斑重复，不能参加抽样。</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>{count} events since</source>
        <translation>签署后又有 {count} 条记录</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>{count} files</source>
        <translation>{count} 个文件</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>{count} findings about the sample wait for a decision.</source>
        <translation>另有 {count} 条涉及样本的发现尚未认定。</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>{count} undecided</source>
        <translation>{count} 条未认定</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>{count} upheld</source>
        <translation>属实 {count} 条</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/page.py"/>
        <source>{drawn} of {units} units</source>
        <translation>抽取 {drawn} / {units}</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>{errors} upheld errors in {units} units.</source>
        <translation>{units} 个样本中认定错漏 {errors} 处。</translation>
    </message>
    <message>
        <location filename="../panels/review/acceptance/forms.py"/>
        <source>{units} parcels in {lots} lots: {size} to inspect</source>
        <translation>{units} 个图斑分为 {lots} 批，应检 {size} 个</translation>
    </message>
</context>
<context>
    <name>AccountBar</name>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>A template: an administrator fills in the addresses</source>
        <translation>模板：地址由管理员填写</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Choose a platform to begin</source>
        <translation>请先选择平台</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Choose a platform…</source>
        <translation>选择平台…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Enter Key…</source>
        <translation>输入密钥…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>In the Browser</source>
        <translation>在浏览器中登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>On any device open {address} and enter the code:</source>
        <translation>在任意设备上打开 {address} 并输入代码：</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Other Ways to Sign In</source>
        <translation>其他登录方式</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Platform</source>
        <translation>平台</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Sign In</source>
        <translation>登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Sign Out</source>
        <translation>退出登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Use a Site Profile from a File…</source>
        <translation>使用站点配置文件…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>With Account and Password…</source>
        <translation>用账号和密码登录…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>With a Code on Another Device</source>
        <translation>在其他设备上用代码登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>With an Authentication Configuration of QGIS…</source>
        <translation>使用 QGIS 认证配置…</translation>
    </message>
</context>
<context>
    <name>AgreementDialog</name>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Agreement</source>
        <translation>一致程度</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Agreement of Reviewers</source>
        <translation>核查一致性</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Decisions</source>
        <translation>办理数</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Errors seen</source>
        <translation>错误识别率</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Honest ones let pass</source>
        <translation>正确放行率</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Judged by both</source>
        <translation>共同认定</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Kappa (95 %)</source>
        <translation>Kappa（95% 置信区间）</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Kappa is the agreement beyond what chance gives (Cohen 1960). Only findings that both judged without knowing of each other count.</source>
        <translation>Kappa 为排除偶然因素后的一致程度（Cohen 1960）。只统计双方互不知情、独立认定的问题。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Known Cases</source>
        <translation>已知案例</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Known Cases…</source>
        <translation>已知案例…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Known cases</source>
        <translation>已知案例</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Measure against a file of cases set beforehand</source>
        <translation>与事先设置的已知案例对照</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Measuring the reviewers</source>
        <translation>正在测量核查员</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Measuring…</source>
        <translation>正在计算…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>No finding has two opinions that were given blind yet.</source>
        <translation>尚无由两人独立认定的问题。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Nobody has given an opinion yet.</source>
        <translation>尚无人给出认定。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Pairs of reviewers</source>
        <translation>两两比较</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Person</source>
        <translation>人员</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Reviewers</source>
        <translation>核查人员</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Right</source>
        <translation>正确率</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Same opinion</source>
        <translation>意见相同</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Seconds each</source>
        <translation>每条秒数</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>Two reviewers</source>
        <translation>两名核查员</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>almost perfect</source>
        <translation>几乎完全一致</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>cannot be told</source>
        <translation>无法计算</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>fair</source>
        <translation>一般</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>moderate</source>
        <translation>中等一致</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>poor</source>
        <translation>差</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>slight</source>
        <translation>较弱</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>substantial</source>
        <translation>高度一致</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_dialog.py"/>
        <source>too few to tell</source>
        <translation>数量太少，无法判断</translation>
    </message>
</context>
<context>
    <name>Algorithm</name>
    <message>
        <location filename="../processing_provider/algorithm.py"/>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <location filename="../processing_provider/algorithm.py"/>
        <source>Cannot read or write {name}: {reason}</source>
        <translation>无法读写 {name}：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_provider/algorithm.py"/>
        <source>Internal error ({kind}). The details are in the log panel, tab OneMap Verify; please report them.</source>
        <translation>内部错误（{kind}）。详情见日志面板的 OneMap Verify 页，请反馈。</translation>
    </message>
    <message>
        <location filename="../processing_provider/algorithm.py"/>
        <source>There is not enough memory for this package.</source>
        <translation>内存不足，无法处理此成果包。</translation>
    </message>
    <message>
        <location filename="../processing_provider/algorithm.py"/>
        <source>a file</source>
        <translation>文件</translation>
    </message>
</context>
<context>
    <name>AssignDialog</name>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>All that wait ({n})</source>
        <translation>全部待办（{n}）</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Assign Work</source>
        <translation>分派任务</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Batch 1</source>
        <translation>第 1 批</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>By parcel</source>
        <translation>按图斑</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>By village</source>
        <translation>按村</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Findings</source>
        <translation>核验结果</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Findings one by one</source>
        <translation>逐条划分</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Findings that a second person judges without seeing the first</source>
        <translation>由第二人独立认定（看不到第一人的意见）的问题所占比例</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>First look</source>
        <translation>首次核查</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Give Out {n} Findings</source>
        <translation>分派 {n} 条</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Give out, evenly by minutes of work</source>
        <translation>新分派（按工作量平均）</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Given out</source>
        <translation>已分派</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Giving out the work</source>
        <translation>正在分派任务</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Keep together</source>
        <translation>划分方式</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Minutes</source>
        <translation>分钟</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Minutes left</source>
        <translation>剩余分钟</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Not yet assigned ({n})</source>
        <translation>尚未分派（{n}）</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Person</source>
        <translation>人员</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Second opinion</source>
        <translation>第二意见</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Second opinions</source>
        <translation>第二意见</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Selected in the queue ({n})</source>
        <translation>队列中选中的（{n}）</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Take Back</source>
        <translation>收回</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Take what is left of the package away from the person</source>
        <translation>收回该任务包中的问题，不再由此人办理</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Taking work back</source>
        <translation>正在收回任务</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Who would get what</source>
        <translation>分派预览</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Work package</source>
        <translation>任务包</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>Work packages</source>
        <translation>任务包</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_dialog.py"/>
        <source>{n} of them are given out already and would go over.</source>
        <translation>其中 {n} 条已分派，将转给新的人员。</translation>
    </message>
</context>
<context>
    <name>AuditLog</name>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>Audit Log</source>
        <translation>审计日志</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Audit logs</source>
        <translation>审计日志</translation>
    </message>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>Checking the audit log</source>
        <translation>正在检查审计日志</translation>
    </message>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Save Audit Log</source>
        <translation>保存审计日志</translation>
    </message>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>Saving the audit log</source>
        <translation>正在保存审计日志</translation>
    </message>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>The audit log is intact: {count} entries</source>
        <translation>审计日志完整，未被改动：共 {count} 条</translation>
    </message>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>The audit log is not as it was written: {count} faults</source>
        <translation>审计日志与写入时不一致：{count} 处异常</translation>
    </message>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>{count} entries of the audit log saved to {file}</source>
        <translation>已将 {count} 条审计日志保存到 {file}</translation>
    </message>
</context>
<context>
    <name>BreachesDialog</name>
    <message>
        <location filename="../panels/review/decisions/merge_breaches.py"/>
        <source>Decision table</source>
        <translation>决定</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/merge_breaches.py"/>
        <source>Digests</source>
        <translation>摘要</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/merge_breaches.py"/>
        <source>Findings</source>
        <translation>核验结果</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/merge_breaches.py"/>
        <source>Journal</source>
        <translation>日志</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/merge_breaches.py"/>
        <source>Later Edits</source>
        <translation>事后改动</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/merge_breaches.py"/>
        <source>Parcels</source>
        <translation>图斑</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/merge_breaches.py"/>
        <source>Places</source>
        <translation>位置</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/merge_breaches.py"/>
        <source>Record</source>
        <translation>核验记录</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/merge_breaches.py"/>
        <source>Row</source>
        <translation>行</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/merge_breaches.py"/>
        <source>Rules run</source>
        <translation>规则执行情况</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/merge_breaches.py"/>
        <source>Table or file</source>
        <translation>表或文件</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/merge_breaches.py"/>
        <source>What is wrong</source>
        <translation>问题</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/merge_breaches.py"/>
        <source>{n} places are not as they were written. Ask who edited the file; decisions can no longer be relied on there.</source>
        <translation>有 {n} 处与写入时不符。请查明何人改动过文件，这些位置的决定不再可信。</translation>
    </message>
</context>
<context>
    <name>BulkDialog</name>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>Appeal against {n} Findings</source>
        <translation>申诉 {n} 条</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>By rule</source>
        <translation>按规则</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>By severity</source>
        <translation>按等级</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>By village</source>
        <translation>按村</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>Close {n} Findings</source>
        <translation>办结 {n} 条</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>How many of what</source>
        <translation>分类统计</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>Keep {n} Findings under Review</source>
        <translation>{n} 条存疑，继续核查</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>Make {n} Findings Exceptions</source>
        <translation>{n} 条作例外认定</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>Mark {n} Findings as Rechecked</source>
        <translation>{n} 条标为已复核</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>Not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>Nothing was saved. {why}</source>
        <translation>未保存任何一条。{why}</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>Reason (it is written down with every finding)</source>
        <translation>理由（逐条记录）</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>Report {n} Findings as Corrected</source>
        <translation>{n} 条报为已整改</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>Return {n} Findings</source>
        <translation>退回 {n} 条</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>The findings</source>
        <translation>问题列表</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>Try Again</source>
        <translation>重试</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bulk.py"/>
        <source>{hint}. Either all {n} findings are decided or, where one cannot be, none. It can be undone as one.</source>
        <translation>{hint}。{n} 条同时办理：有一条不能办理，则全部不办理。可一次性撤销。</translation>
    </message>
</context>
<context>
    <name>CarriedDialog</name>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>Came back</source>
        <translation>重新列入</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>Checked again and no longer found</source>
        <translation>复查后不再存在</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>Closed or an exception, and the same as before</source>
        <translation>已办结或例外认定，本次无变化</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>Compared with the Earlier Submission</source>
        <translation>与上次报送比较</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>Decided in this submission before</source>
        <translation>本次已有办理结果</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>Decisions of {earlier} went over to {n} findings that are still the same. Only what changed comes back.</source>
        <translation>{earlier} 的办理结果已结转到 {n} 条相同的问题上，只有发生变化的需要再看。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>Gone</source>
        <translation>已消除</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>Left as they are</source>
        <translation>保持不变</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>New</source>
        <translation>新增</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>Not checked again</source>
        <translation>未能复查</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>Not found in the earlier submission</source>
        <translation>上次报送中没有</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>Returned or closed before, and still there or changed</source>
        <translation>曾退回或办结，本次仍在或有变化</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>Show Only What Changed</source>
        <translation>只看有变化的</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>Stay decided</source>
        <translation>维持原结论</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/resubmission_dialog.py"/>
        <source>The rule could not be run this time: not taken as mended</source>
        <translation>本次未能执行该规则，不视为已整改</translation>
    </message>
</context>
<context>
    <name>Catalogue</name>
    <message>
        <location filename="../panels/onemap/presenter.py"/>
        <source>All services are where they were.</source>
        <translation>所有服务地址均未变动。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_search.py"/>
        <source>Fetching the catalogue</source>
        <translation>正在获取目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/presenter.py"/>
        <source>Layers added: {count}</source>
        <translation>已添加图层：{count}</translation>
    </message>
    <message>
        <location filename="../panels/onemap/presenter.py"/>
        <source>Loading layers</source>
        <translation>正在加载图层</translation>
    </message>
    <message>
        <location filename="../panels/onemap/presenter.py"/>
        <source>Looking for moved services</source>
        <translation>正在查找已迁移的服务</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_search.py"/>
        <source>Opening the catalogue</source>
        <translation>正在打开目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_search.py"/>
        <source>Reading a record</source>
        <translation>正在读取元数据</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_search.py"/>
        <source>Searching the catalogue</source>
        <translation>正在搜索目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/presenter.py"/>
        <source>The record names no service that can be loaded.</source>
        <translation>该元数据没有可加载的服务。</translation>
    </message>
</context>
<context>
    <name>CatalogueModel</name>
    <message>
        <location filename="../panels/onemap/catalogue_model.py"/>
        <source>Other</source>
        <translation>其他</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_model.py"/>
        <source>Restricted: loading it is logged</source>
        <translation>受限图层：加载时记入审计日志</translation>
    </message>
</context>
<context>
    <name>CataloguePage</name>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Access</source>
        <translation>访问</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Accuracy</source>
        <translation>精度</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Add to Map</source>
        <translation>添加到地图</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>All themes</source>
        <translation>全部分组与专题</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Catalogue</source>
        <translation>目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Choose a layer to see what is known of it.</source>
        <translation>选择一个图层以查看其说明。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Content</source>
        <translation>内容</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>Fetch the Catalogue Anew</source>
        <translation>重新获取目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>From</source>
        <translation>起始</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>From year</source>
        <translation>起始年份</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>Group or theme</source>
        <translation>分组或专题</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Mark as Favourite</source>
        <translation>收藏</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>No Longer a Favourite</source>
        <translation>取消收藏</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Nothing in the catalogue fits the search.</source>
        <translation>目录中没有符合条件的内容。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>Only Favourites</source>
        <translation>仅显示收藏</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>Only What Touches the Map</source>
        <translation>仅显示当前地图范围内</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Record of</source>
        <translation>元数据日期</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Resolution</source>
        <translation>分辨率</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Restricted: loading it is logged</source>
        <translation>受限图层：加载时记入审计日志</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Save for Offline…</source>
        <translation>保存供离线使用…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Save what the map shows to a GeoPackage or GeoTIFF, for work without network</source>
        <translation>将当前地图范围保存为 GeoPackage 或 GeoTIFF，供断网时使用</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>Search the catalogue</source>
        <translation>搜索目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Service</source>
        <translation>服务</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Sign in to fetch the catalogue.</source>
        <translation>登录后可获取目录。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>The catalogue is not here yet: fetch it anew.</source>
        <translation>本机尚无目录，请重新获取。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>To year</source>
        <translation>截止年份</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>Year</source>
        <translation>年份</translation>
    </message>
</context>
<context>
    <name>Causes</name>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>6° zone in place of a 3° zone</source>
        <translation>误用 6° 带</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>A block in the wrong place</source>
        <translation>成片错位</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Accuracy beyond the class</source>
        <translation>精度超出等级要求</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>All azimuths turned</source>
        <translation>方位角整体偏转</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Altitude differs</source>
        <translation>高程不符</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Altitude never changes</source>
        <translation>高程不变</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Altitudes from the DEM</source>
        <translation>高程取自 DEM</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Altitudes too far off</source>
        <translation>高程偏差过大</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Altitudes unlike the ground</source>
        <translation>高程与地形无关</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Another base year</source>
        <translation>基期不符</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Another code</source>
        <translation>另一编码</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Another county</source>
        <translation>属于其他县</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Another slope method</source>
        <translation>坡度算法不同</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Another terrain than the DEM</source>
        <translation>与 DEM 不是同一地形</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Archive within an archive</source>
        <translation>压缩包内含压缩包</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Area edited by hand</source>
        <translation>面积经人工改动</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Area on the Xian 80 ellipsoid</source>
        <translation>误用西安 80 椭球</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Area with densified edges</source>
        <translation>边线加密后计算面积</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Axes swapped</source>
        <translation>坐标轴颠倒</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>BD-09 coordinates</source>
        <translation>BD-09 坐标</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>BSM kept as a number</source>
        <translation>标识码按数值存储</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Block displaced</source>
        <translation>成片偏移</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Blunder</source>
        <translation>粗差</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Camera clock</source>
        <translation>相机时钟错误</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Camera clock in another zone</source>
        <translation>相机时区设置不同</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Camera turned away</source>
        <translation>拍摄方向背离图斑</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Change claimed, none seen</source>
        <translation>申报变更而影像未变</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Change not borne out by the image</source>
        <translation>变更未获影像证实</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Change seen, none declared</source>
        <translation>影像已变而申报未变</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Change without a record</source>
        <translation>未记录的变化</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Check code missing</source>
        <translation>校验码缺失</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Class contradicts the image</source>
        <translation>地类与影像不符</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Class with subclasses</source>
        <translation>未细分到末级地类</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Coarse DEM</source>
        <translation>DEM 分辨率不足</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Code empty</source>
        <translation>代码为空</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Code kept as a number</source>
        <translation>代码存为数值</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Code not confirmed</source>
        <translation>代码未经证实</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Code of a draft</source>
        <translation>草案代码</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Code of a newer table</source>
        <translation>较新代码表中的代码</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Code of another village</source>
        <translation>他村代码</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Code of the evidence package</source>
        <translation>举证材料的代码</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Code of the planning classification</source>
        <translation>国土空间规划用地分类代码</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Contained in another</source>
        <translation>被其他图形包含</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Contour interval</source>
        <translation>等高距不符</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Contour labelled wrongly</source>
        <translation>等高线标示高程错误</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Contours cross</source>
        <translation>等高线相交</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Coordinates that are no numbers</source>
        <translation>坐标不是有效数值</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Copied from the DEM</source>
        <translation>抄自 DEM</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Copied outline</source>
        <translation>复制的界线</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Damaged file</source>
        <translation>文件损坏</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Damaged in part</source>
        <translation>部分损坏</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Damaged text encoding</source>
        <translation>文字编码损坏</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Declared planted, but bare</source>
        <translation>填报已种植而无植被</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Default value of an export</source>
        <translation>导出时填入的默认值</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Degrees and minutes as decimals</source>
        <translation>度分误作十进制</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Degrees declared as metres</source>
        <translation>经纬度误作投影坐标</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Differs from the manifest</source>
        <translation>与清单不符</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Drawn between a few points</source>
        <translation>高程由少数点内插</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Drawn track</source>
        <translation>轨迹系绘制生成</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Edges not snapped</source>
        <translation>边线未咬合</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Edited log</source>
        <translation>日志被改动</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Edited photo</source>
        <translation>疑似编辑的照片</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Ellipsoidal instead of normal heights</source>
        <translation>误用大地高（应为正常高）</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Empty file</source>
        <translation>文件为空</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Evenly spaced vertices</source>
        <translation>拐点等间距</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>False easting</source>
        <translation>东偏有误</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Far or near view missing</source>
        <translation>缺少远景或近景</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Farmland taken</source>
        <translation>占用永久基本农田</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>File and store differ</source>
        <translation>照片元数据与库不符</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>File too large</source>
        <translation>文件过大</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Full-width characters</source>
        <translation>全角字符</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>GCJ-02 coordinates</source>
        <translation>GCJ-02 坐标</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Gap in the numbering</source>
        <translation>跳号</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Heaped areas</source>
        <translation>面积取整异常</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Heaped last digits</source>
        <translation>末位数字偏好</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Height between its neighbours</source>
        <translation>与相邻等高线不相称</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Heights of another place</source>
        <translation>高程来自他处</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Hidden by terrain</source>
        <translation>地形遮挡</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Identifier changed</source>
        <translation>标识码被改变</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Identifier kept</source>
        <translation>标识码未更换</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Identifier kept as a number</source>
        <translation>标识码按数值存储</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Identifier used again</source>
        <translation>标识码重复使用</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Image and outlines misregistered</source>
        <translation>影像与界线整体错位</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Image older than the package</source>
        <translation>影像早于成果年度</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Impossible acceleration</source>
        <translation>加速度不可能</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Impossible speed</source>
        <translation>速度不可能</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Inside the red line</source>
        <translation>进入生态保护红线</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Last year's data sent again</source>
        <translation>上年成果原样上报</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Last year's outline sent again</source>
        <translation>沿用上年图形而局部已变</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Layer delivered twice</source>
        <translation>图层重复提交</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Layer in several parts</source>
        <translation>图层分块提交</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Layer unreadable</source>
        <translation>图层无法读取</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Layer without rows</source>
        <translation>空图层</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Leading zero lost</source>
        <translation>前导零丢失</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Lies in no holder</source>
        <translation>不在所属范围内</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Made-up heights</source>
        <translation>高程疑似编造</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Manifest unreadable</source>
        <translation>清单无法读取</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Metres declared as degrees</source>
        <translation>投影坐标误作经纬度</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Mock position</source>
        <translation>疑似虚拟定位</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Name empty</source>
        <translation>名称为空</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Name in place of the code</source>
        <translation>以名称代替代码</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>New cropland in water</source>
        <translation>河湖范围新增耕地</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Night photo</source>
        <translation>夜间拍摄</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>No coordinate system declared</source>
        <translation>未声明坐标系</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Not a number</source>
        <translation>不是数值</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Not cropland in the image</source>
        <translation>影像上不是耕地</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Not in the manifest</source>
        <translation>未列入清单</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Not only digits</source>
        <translation>含非数字字符</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Note differs from the class</source>
        <translation>举证说明与地类不符</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Nothing built in the image</source>
        <translation>影像上没有建设</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Numbered anew</source>
        <translation>整体重新编号</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Odd quality of positions</source>
        <translation>定位质量矛盾</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Outline scaled</source>
        <translation>图斑缩放</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Outside the field work</source>
        <translation>不在外业期间</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Outside the surveyed area</source>
        <translation>不在测区</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Outside the urban boundary</source>
        <translation>城镇开发边界外</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Overlaps itself</source>
        <translation>自身重叠</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Paddy on steep ground</source>
        <translation>陡坡水田</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Parcel displaced</source>
        <translation>图斑偏移</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Parcel hardly seen</source>
        <translation>照片覆盖不足</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Parcels in GCJ-02</source>
        <translation>图斑疑为 GCJ-02</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Photo missing</source>
        <translation>缺少照片</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Photo taken elsewhere</source>
        <translation>非现场拍摄</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Photo used again</source>
        <translation>照片重复使用</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Plane instead of ellipsoid area</source>
        <translation>误用平面面积（应为椭球面积）</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Ridge coefficient lowered</source>
        <translation>田坎系数降低</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Rounded coordinates</source>
        <translation>坐标取位</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Self-crossing outline</source>
        <translation>边界自相交</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Several coordinate systems</source>
        <translation>坐标系混用</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Share far above other villages</source>
        <translation>某类变化远高于邻村</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Shift of all heights</source>
        <translation>高程整体偏差</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Shifted datum</source>
        <translation>基准整体偏移</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Side pushed out</source>
        <translation>界线外推</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Sign of the coordinates</source>
        <translation>坐标符号颠倒</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Sign of the latitude</source>
        <translation>纬度符号错误</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Sign of the longitude</source>
        <translation>经度符号错误</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Simulated position</source>
        <translation>模拟定位</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Slope grade given too high</source>
        <translation>坡度级填报偏高</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Slope grade given too low</source>
        <translation>坡度级填报偏低</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Sources of the rule disagree</source>
        <translation>规则依据不一</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Speed contradicts the receiver's</source>
        <translation>推算与自报速度不符</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Split below the smallest area</source>
        <translation>拆分规避上图面积</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Staircase outline</source>
        <translation>阶梯状界线</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Stations clustered</source>
        <translation>拍摄点集中</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Stricter local practice</source>
        <translation>地方从严要求</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Table of coefficients changed</source>
        <translation>系数表调整</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>The same thing twice</source>
        <translation>重复</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>The track was elsewhere</source>
        <translation>轨迹未到现场</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>The whole layer</source>
        <translation>整个图层</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Tilted height surface</source>
        <translation>高程面倾斜</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Times out of order</source>
        <translation>时间顺序矛盾</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Traced from the parcels</source>
        <translation>沿图斑界线描绘</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Track used again</source>
        <translation>轨迹重复使用</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Unit of the coordinates</source>
        <translation>坐标单位有误</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Unknown layer</source>
        <translation>未知图层</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Unlikely change of class</source>
        <translation>少见的地类变化</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Unreadable file</source>
        <translation>文件无法读取</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Unsafe member of the archive</source>
        <translation>压缩包内有不安全的文件</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Upper and lower case</source>
        <translation>字母大小写不符</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Variant of the name</source>
        <translation>名称写法不同</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Vertex on one side only</source>
        <translation>共用边仅一侧有拐点</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Vertices on a grid</source>
        <translation>拐点落在格网上</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Visits without a track</source>
        <translation>到访无轨迹</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Water that is not flat</source>
        <translation>水面不平</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Web Mercator coordinates</source>
        <translation>Web 墨卡托坐标</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Week rollover of the receiver</source>
        <translation>接收机周数翻转</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Whole column empty</source>
        <translation>整列为空</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Wrong 3° zone</source>
        <translation>3° 带号错误</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Wrong coordinate system</source>
        <translation>坐标系错误</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Wrong kind of geometry</source>
        <translation>几何类型不符</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Wrong length</source>
        <translation>位数不符</translation>
    </message>
    <message>
        <location filename="../panels/review/causes.py"/>
        <source>Zone prefix of the easting</source>
        <translation>横坐标带号前缀问题</translation>
    </message>
</context>
<context>
    <name>Chart</name>
    <message>
        <location filename="../panels/review/evidence/chart_widget.py"/>
        <source>Copy Picture</source>
        <translation>复制图片</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/chart_widget.py"/>
        <source>Copy Values</source>
        <translation>复制数值</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/chart_widget.py"/>
        <source>Save Picture</source>
        <translation>保存图片</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/chart_widget.py"/>
        <source>Save Picture…</source>
        <translation>保存图片…</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/chart_export.py"/>
        <source>{name}, high</source>
        <translation>{name}（上限）</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/chart_export.py"/>
        <source>{name}, low</source>
        <translation>{name}（下限）</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/chart_export.py"/>
        <source>{name}: no values</source>
        <translation>{name}：无数值</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/chart_export.py"/>
        <source>{name}: {count} values, from {low} to {high} (at {where})</source>
        <translation>{name}：{count} 个数值，{low} 至 {high}（最大值位于 {where}）</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/chart_export.py"/>
        <source>{name}: {low} to {high}</source>
        <translation>{name}：{low} 至 {high}</translation>
    </message>
</context>
<context>
    <name>Charts</name>
    <message>
        <location filename="../panels/review/evidence/charts.py"/>
        <source>Next Chart</source>
        <translation>下一张图</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/charts.py"/>
        <source>Previous Chart</source>
        <translation>上一张图</translation>
    </message>
</context>
<context>
    <name>DecisionBar</name>
    <message>
        <location filename="../panels/review/decisions/offer.py"/>
        <source>Choose a finding to decide about it.</source>
        <translation>请选择一条问题进行办理。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/offer.py"/>
        <source>Disputed</source>
        <translation>有分歧</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bar.py"/>
        <source>Not possible where this finding stands now</source>
        <translation>当前状态下不能这样办理</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/offer.py"/>
        <source>Nothing can be decided about all of them at once</source>
        <translation>所选各条状态不同，没有可统一办理的操作</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/offer.py"/>
        <source>Nothing for you to decide here</source>
        <translation>此处无需您办理</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bar.py"/>
        <source>Nothing to undo</source>
        <translation>没有可撤销的操作</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bar.py"/>
        <source>QGIS ended before it was saved.</source>
        <translation>QGIS 在保存之前意外结束。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/offer.py"/>
        <source>Reading the decisions…</source>
        <translation>正在读取办理记录…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bar.py"/>
        <source>Reason, if one is needed</source>
        <translation>理由（退回、例外等须填写）</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bar.py"/>
        <source>Saved ✓ {what}</source>
        <translation>已保存 ✓ {what}</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bar.py"/>
        <source>Saving… {what}</source>
        <translation>正在保存… {what}</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/offer.py"/>
        <source>Second opinion</source>
        <translation>第二意见</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/offer.py"/>
        <source>Second opinions are given one by one</source>
        <translation>第二意见须逐条给出</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/view.py"/>
        <source>Settle…</source>
        <translation>裁定…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/view.py"/>
        <source>Two opinions differ: look at both and decide</source>
        <translation>两人意见不一：对照双方理由后裁定</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/view.py"/>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bar.py"/>
        <source>Undo: {what}</source>
        <translation>撤销：{what}</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bar.py"/>
        <source>Undoing…</source>
        <translation>正在撤销…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bar.py"/>
        <source>Undone: {what}</source>
        <translation>已撤销：{what}</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/offer.py"/>
        <source>What others think is shown after your opinion</source>
        <translation>请独立认定，之后显示他人意见</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/offer.py"/>
        <source>{n} selected</source>
        <translation>已选 {n} 条</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/bar.py"/>
        <source>{what}: why? Enter saves, Down shows more reasons</source>
        <translation>{what}：请填写理由。回车保存，↓ 键选常用理由</translation>
    </message>
</context>
<context>
    <name>DecisionStatus</name>
    <message>
        <location filename="../panels/review/decisions/status.py"/>
        <source>And {n} more.</source>
        <translation>另有 {n} 条。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/status.py"/>
        <source>Discard</source>
        <translation>放弃</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/status.py"/>
        <source>Do not save this decision</source>
        <translation>不再保存这条决定</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/status.py"/>
        <source>Not saved: {what}. {why}</source>
        <translation>未保存：{what}。{why}</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/status.py"/>
        <source>Try Again</source>
        <translation>重试</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/status.py"/>
        <source>What became of the decision</source>
        <translation>办理结果</translation>
    </message>
</context>
<context>
    <name>DecisionWords</name>
    <message>
        <location filename="../panels/review/decisions/words.py"/>
        <source>Agrees with {names}</source>
        <translation>与 {names} 一致</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/words.py"/>
        <source>Decisions carried over to {n} findings</source>
        <translation>结转 {n} 条的办理结果</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/words.py"/>
        <source>Differs from {others}</source>
        <translation>与他人不一致（{others}）</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/words.py"/>
        <source>Work package {name}</source>
        <translation>任务包“{name}”</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/words.py"/>
        <source>{what}, {n} findings</source>
        <translation>{what}，{n} 条</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/words.py"/>
        <source>{what}: {finding}</source>
        <translation>{what}：{finding}</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/words.py"/>
        <source>{who}: {opinion}</source>
        <translation>{who}：{opinion}</translation>
    </message>
</context>
<context>
    <name>Delivery</name>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Added</source>
        <translation>加入时间</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>At the platform</source>
        <translation>平台状态</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Changing the delivery queue</source>
        <translation>正在更改上报队列</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Choose a platform in the package's own network zone; never copy it out.</source>
        <translation>请选择与成果包同一网络区域的平台，切勿将其拷出。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Choose a platform to deliver to.</source>
        <translation>请选择上报的平台。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Correct what the platform names, verify and seal anew, and deliver that.</source>
        <translation>请按平台指出的问题改正，重新核验、签章后再上报。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Delivering needs the role of a reviewer: sign in as one, or ask one.</source>
        <translation>上报须有核查人员权限：请以核查人员身份登录，或请其办理。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Delivering needs the role of a reviewer; you are signed in without it.</source>
        <translation>上报须有核查人员权限，当前登录账号没有该权限。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Delivering to {platform}</source>
        <translation>正在向 {platform} 上报</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Examining {name}</source>
        <translation>正在检查 {name}</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>It will be tried again by itself, or press Retry.</source>
        <translation>稍后自动重试，也可点“重试”。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Look at the reason, put it right, then press Resume.</source>
        <translation>请查看原因并处理，然后点“继续”。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Nobody is signed in: packages wait here until somebody is.</source>
        <translation>尚未登录：成果包在此等候，登录后继续。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Objects</source>
        <translation>对象数</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Opening the delivery queue</source>
        <translation>正在打开上报队列</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Press Resume to go on where it stopped.</source>
        <translation>点“继续”可从中断处接着上报。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Receipt</source>
        <translation>回执</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Received</source>
        <translation>接收时间</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Sending the audit log</source>
        <translation>正在报送审计日志</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Sign in again; it then goes on by itself.</source>
        <translation>请重新登录，之后自动继续。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>The copy in the queue was changed or cannot be read: add the sealed package again.</source>
        <translation>队列中的副本被改动或无法读取，请重新添加已签章的成果包。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>The platform has no room: tell its administrator, then press Resume.</source>
        <translation>平台存储空间不足：请告知管理员，然后点“继续”。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>The platform rejected {package}; the reason is below.</source>
        <translation>平台退回了 {package}，原因见下方。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>This platform takes no deliveries.</source>
        <translation>该平台不接收上报。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Time left</source>
        <translation>剩余时间</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>digests are ours, signature of the platform verified</source>
        <translation>摘要与本地一致，平台签名有效</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>failed, again in {time}</source>
        <translation>失败，{time}后重试</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>{count} h</source>
        <translation>{count} 小时</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>{count} min</source>
        <translation>{count} 分钟</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>{count} parcels</source>
        <translation>{count} 个图斑</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>{count} s</source>
        <translation>{count} 秒</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>{package} is delivered; the platform's receipt is here.</source>
        <translation>{package} 已上报，平台回执已收到。</translation>
    </message>
</context>
<context>
    <name>DeliveryPage</name>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Audit Log…</source>
        <translation>审计日志…</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Deliver Package…</source>
        <translation>上报成果包…</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Deliveries</source>
        <translation>上报记录</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Nothing is being delivered.
Deliver a sealed package, or drop it here.</source>
        <translation>暂无上报记录。
请上报已签章的成果包，或将其拖放到此处。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Save Receipt…</source>
        <translation>保存回执…</translation>
    </message>
</context>
<context>
    <name>DeliveryQueue</name>
    <message>
        <location filename="../panels/delivery/queue_model.py"/>
        <source>Package</source>
        <translation>成果包</translation>
    </message>
    <message>
        <location filename="../panels/delivery/queue_model.py"/>
        <source>State</source>
        <translation>状态</translation>
    </message>
</context>
<context>
    <name>DockTools</name>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Export Shown Findings…</source>
        <translation>导出所列发现…</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Map Follows the List</source>
        <translation>地图跟随列表</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Next Finding</source>
        <translation>下一条发现</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Open Report</source>
        <translation>打开报告</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Open Results…</source>
        <translation>打开核验结果…</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Options…</source>
        <translation>选项…</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Previous Finding</source>
        <translation>上一条发现</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Zoom to Finding</source>
        <translation>缩放到发现</translation>
    </message>
</context>
<context>
    <name>EvidenceCard</name>
    <message>
        <location filename="../panels/review/evidence/card.py"/>
        <source>Clause</source>
        <translation>依据条款</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/card.py"/>
        <source>Expected</source>
        <translation>应为</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/card.py"/>
        <source>Honest explanations</source>
        <translation>可能的合理情形</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/card.py"/>
        <source>How to fix</source>
        <translation>如何整改</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/card.py"/>
        <source>Likely cause</source>
        <translation>可能原因</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/card.py"/>
        <source>Measured</source>
        <translation>核验测得</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/card.py"/>
        <source>Not shown</source>
        <translation>未能显示</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/card.py"/>
        <source>Object</source>
        <translation>对象</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/card.py"/>
        <source>Parcel</source>
        <translation>图斑</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/card.py"/>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/card.py"/>
        <source>Tolerance</source>
        <translation>容差</translation>
    </message>
</context>
<context>
    <name>EvidenceDock</name>
    <message>
        <location filename="../panels/review/evidence/dock.py"/>
        <source>Cannot open the image {path}</source>
        <translation>无法打开影像 {path}</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/dock.py"/>
        <source>Cannot save to {path}</source>
        <translation>无法保存到 {path}</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/body.py"/>
        <source>Chart</source>
        <translation>图表</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/dock.py"/>
        <source>Choose a finding in the queue to see its evidence.</source>
        <translation>请在队列中选择一个问题，查看其证据。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/body.py"/>
        <source>Collecting the evidence…</source>
        <translation>正在收集证据…</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/dock.py"/>
        <source>Evidence</source>
        <translation>证据</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/body.py"/>
        <source>No elevation profile: it needs a terrain model and a polygon.</source>
        <translation>没有高程剖面：需要 DEM 和面状图形。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/dock.py"/>
        <source>No image was used in this verification.</source>
        <translation>本次核验未使用影像。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/body.py"/>
        <source>No other finding has to do with this one.</source>
        <translation>没有与本问题相关的其他问题。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/body.py"/>
        <source>No photo belongs to this finding.</source>
        <translation>本问题没有对应的举证照片。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/body.py"/>
        <source>Nothing to draw here.</source>
        <translation>没有可绘制的图表。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/dock.py"/>
        <source>Nothing to look at yet. Verify a package, or open results in the Verify panel.</source>
        <translation>暂无内容。请先核验成果，或在“成果核验”面板中打开已有结果。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/dock.py"/>
        <source>Nothing was found in this package.</source>
        <translation>本成果未发现问题。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/body.py"/>
        <source>Photo</source>
        <translation>照片</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/body.py"/>
        <source>Profile</source>
        <translation>剖面</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/body.py"/>
        <source>Related</source>
        <translation>关联</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/dock.py"/>
        <source>Saved to {path}</source>
        <translation>已保存到 {path}</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/dock.py"/>
        <source>The evidence cannot be shown ({reason}).</source>
        <translation>无法显示证据（{reason}）。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/body.py"/>
        <source>The images are still being looked for.</source>
        <translation>正在查找影像。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/dock.py"/>
        <source>There is no earlier image to compare with.</source>
        <translation>没有可供对比的前期影像。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/dock.py"/>
        <source>There is no later image to compare with.</source>
        <translation>没有可供对比的后期影像。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/body.py"/>
        <source>What was found</source>
        <translation>发现的问题</translation>
    </message>
</context>
<context>
    <name>EvidenceHead</name>
    <message>
        <location filename="../panels/review/evidence/head.py"/>
        <source>Blink</source>
        <translation>闪烁</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/head.py"/>
        <source>Draw the evidence on the map: views, tracks, outlines</source>
        <translation>在地图上绘出证据：视域、轨迹、轮廓</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/head.py"/>
        <source>Let the image before and after take turns, on the map (B)</source>
        <translation>在地图上交替显示前后两期影像（B）</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/head.py"/>
        <source>On map</source>
        <translation>上图</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/head.py"/>
        <source>Swipe</source>
        <translation>卷帘</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/head.py"/>
        <source>Swipe between the image before and after, on the map</source>
        <translation>在地图上以卷帘对比前后两期影像</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/head.py"/>
        <source>Zoom to the evidence on the map</source>
        <translation>缩放到地图上的证据</translation>
    </message>
</context>
<context>
    <name>EvidenceLinks</name>
    <message>
        <location filename="../panels/review/evidence/links.py"/>
        <source>Contradicts</source>
        <translation>矛盾</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/links.py"/>
        <source>Related findings</source>
        <translation>关联问题</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/links.py"/>
        <source>Same cause</source>
        <translation>同类原因</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/links.py"/>
        <source>Same parcel</source>
        <translation>同一图斑</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/links.py"/>
        <source>Supports</source>
        <translation>印证</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <location filename="../panels/verify/export.py"/>
        <source>Excel workbook</source>
        <translation>Excel 工作簿</translation>
    </message>
    <message>
        <location filename="../panels/verify/export.py"/>
        <source>GeoPackage</source>
        <translation>GeoPackage</translation>
    </message>
    <message>
        <location filename="../panels/verify/export.py"/>
        <source>Text table</source>
        <translation>文本表格</translation>
    </message>
</context>
<context>
    <name>Families</name>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Area</source>
        <translation>面积</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Boundary</source>
        <translation>边界</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Change</source>
        <translation>变化</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Codes</source>
        <translation>代码</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Control</source>
        <translation>管控</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Heights</source>
        <translation>高程</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Imagery</source>
        <translation>影像</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Logic</source>
        <translation>逻辑</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Package</source>
        <translation>成果包</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Photos</source>
        <translation>举证照片</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Schema</source>
        <translation>结构</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Statistics</source>
        <translation>统计</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Terrain</source>
        <translation>坡度与地形</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Topology</source>
        <translation>拓扑</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Tracks</source>
        <translation>轨迹</translation>
    </message>
</context>
<context>
    <name>FindingDelegate</name>
    <message>
        <location filename="../panels/review/finding_delegate.py"/>
        <source>Disputed</source>
        <translation>有分歧</translation>
    </message>
    <message>
        <location filename="../panels/review/finding_delegate.py"/>
        <source>Risk {risk} %</source>
        <translation>风险 {risk} %</translation>
    </message>
    <message>
        <location filename="../panels/review/finding_delegate.py"/>
        <source>Without a parcel</source>
        <translation>未关联图斑</translation>
    </message>
    <message>
        <location filename="../panels/review/finding_delegate.py"/>
        <source>{decided} decided</source>
        <translation>已认定 {decided} 条</translation>
    </message>
</context>
<context>
    <name>FindingDetails</name>
    <message>
        <location filename="../panels/review/finding_details.py"/>
        <source>Expected</source>
        <translation>应有值</translation>
    </message>
    <message>
        <location filename="../panels/review/finding_details.py"/>
        <source>Family</source>
        <translation>类别</translation>
    </message>
    <message>
        <location filename="../panels/review/finding_details.py"/>
        <source>Honest explanations</source>
        <translation>可能的正当原因</translation>
    </message>
    <message>
        <location filename="../panels/review/finding_details.py"/>
        <source>How to fix</source>
        <translation>如何改正</translation>
    </message>
    <message>
        <location filename="../panels/review/finding_details.py"/>
        <source>Likely cause</source>
        <translation>可能原因</translation>
    </message>
    <message>
        <location filename="../panels/review/finding_details.py"/>
        <source>Measured</source>
        <translation>实测值</translation>
    </message>
    <message>
        <location filename="../panels/review/finding_details.py"/>
        <source>Object</source>
        <translation>对象</translation>
    </message>
    <message>
        <location filename="../panels/review/finding_details.py"/>
        <source>Parcel</source>
        <translation>图斑</translation>
    </message>
    <message>
        <location filename="../panels/review/finding_details.py"/>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <location filename="../panels/review/finding_details.py"/>
        <source>Tolerance</source>
        <translation>限差</translation>
    </message>
</context>
<context>
    <name>Help</name>
    <message>
        <location filename="../processing_provider/help_pages.py"/>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <location filename="../processing_provider/help_pages.py"/>
        <source>by memory of the standard: at most doubtful</source>
        <translation>凭对标准的记忆，最多判为存疑</translation>
    </message>
</context>
<context>
    <name>HistoryView</name>
    <message>
        <location filename="../panels/review/decisions/history_view.py"/>
        <source>Another reviewer judges this finding too. What others think is shown once you have given your own opinion.</source>
        <translation>另有一名核查员独立认定该问题。您给出认定后，将显示他人的意见。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/history_view.py"/>
        <source>Carried over from the former submission</source>
        <translation>由上次报送结转</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/history_view.py"/>
        <source>History of the finding</source>
        <translation>办理过程</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/history_view.py"/>
        <source>No finding is chosen.</source>
        <translation>未选择问题。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/history_view.py"/>
        <source>Nobody has decided about it yet.</source>
        <translation>尚无办理记录。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/history_view.py"/>
        <source>Opinion: {opinion}</source>
        <translation>意见：{opinion}</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/history_view.py"/>
        <source>Taken back</source>
        <translation>撤销</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/history_view.py"/>
        <source>former submission</source>
        <translation>上次报送</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/history_view.py"/>
        <source>given blind</source>
        <translation>独立认定</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/history_view.py"/>
        <source>settles the dispute</source>
        <translation>裁定分歧</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/history_view.py"/>
        <source>undone</source>
        <translation>已撤销</translation>
    </message>
</context>
<context>
    <name>Inputs</name>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Bands of the imagery</source>
        <translation>影像波段</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>CSV with the columns GDLX, GDPDJB, KCXS</source>
        <translation>CSV 文件，含 GDLX、GDPDJB、KCXS 三列</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Control area of the county (m²)</source>
        <translation>县级控制面积（m²）</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Control layers</source>
        <translation>管控图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Current imagery</source>
        <translation>当前影像</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>DLTB of last year from the one map</source>
        <translation>一张图中上一年度的 DLTB</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Date of the earlier imagery</source>
        <translation>早期影像的拍摄日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Date of the imagery</source>
        <translation>影像拍摄日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Earlier imagery</source>
        <translation>早期影像</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Field-ridge coefficients of the county</source>
        <translation>县级田坎系数表</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Findings</source>
        <translation>发现（GeoPackage）</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>First day of field work</source>
        <translation>外业开始日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Folder, .zip, .gdb, .gpkg or .shp, with layers by their standard names</source>
        <translation>文件夹、.zip、.gdb、.gpkg 或 .shp，图层按标准命名</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>For example red=3,nir=4 or ndvi=1; otherwise taken from their descriptions</source>
        <translation>例如 red=3,nir=4 或 ndvi=1；留空则按波段描述识别</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>GeoPackage</source>
        <translation>GeoPackage</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Heights of the submission</source>
        <translation>成果高程的来源</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Id or folder of a rule set; the newest shipped when empty</source>
        <translation>规则集的编号或文件夹；留空则用自带的最新规则集</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Independent of this DEM</source>
        <translation>与此 DEM 无关</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Last day of field work</source>
        <translation>外业结束日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>May come from this DEM</source>
        <translation>可能取自此 DEM</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Permanent basic farmland, ecological red line, urban boundary, approvals; told apart by name and fields</source>
        <translation>永久基本农田、生态保护红线、城镇开发边界、审批等；按名称和字段识别</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Report</source>
        <translation>核验报告</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Rule set</source>
        <translation>规则集</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Submission</source>
        <translation>成果包</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>To which the areas of all parcels have to sum up</source>
        <translation>全部图斑面积之和应与之相等</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Trusted DEM (heights in metres)</source>
        <translation>可信 DEM（高程单位：米）</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Verification record</source>
        <translation>核验记录</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Web page</source>
        <translation>网页</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Without it, the rules on terrain and heights are not checkable</source>
        <translation>不提供时，坡度与地形、高程类规则无法检查</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>independent: measured without this DEM, so that equal heights are suspicious; same_source: the heights may legitimately come from it</source>
        <translation>independent：高程另行测得，若与此 DEM 完全相同则可疑；same_source：高程可合法取自此 DEM</translation>
    </message>
</context>
<context>
    <name>InputsForm</name>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Bands</source>
        <translation>波段</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Choose Folder for Results</source>
        <translation>选择结果文件夹</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Control</source>
        <translation>管控</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Control area (m²)</source>
        <translation>控制面积（m²）</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Current</source>
        <translation>当前影像</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>DEM</source>
        <translation>DEM</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Earlier</source>
        <translation>早期影像</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Field work from</source>
        <translation>外业自</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Field work to</source>
        <translation>外业至</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Heights</source>
        <translation>高程</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Imagery</source>
        <translation>影像</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Last year</source>
        <translation>上年图斑</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Newest shipped</source>
        <translation>自带的最新规则集</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Package</source>
        <translation>成果包</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Results in</source>
        <translation>结果存于</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Ridge table</source>
        <translation>田坎系数</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Rule set</source>
        <translation>规则集</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Taken on</source>
        <translation>拍摄日期</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Trusted One Map</source>
        <translation>可信一张图</translation>
    </message>
</context>
<context>
    <name>KnownCases</name>
    <message>
        <location filename="../panels/review/decisions/known_cases_form.py"/>
        <source>Decided copy</source>
        <translation>已办理的副本</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_cases_form.py"/>
        <source>File of cases</source>
        <translation>案例文件</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_cases_form.py"/>
        <source>Findings on which people have come to a sure decision in another copy are hidden among the others. The journal gets a digest only; the cases themselves go to a file that you keep to yourself.</source>
        <translation>将另一副本中已有确定结论的问题混入待核问题，用于测量核查员的判断水平。日志只记录其摘要，案例本身写入由您保管的文件。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_cases_form.py"/>
        <source>Number of cases</source>
        <translation>案例数</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_cases_form.py"/>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_cases_form.py"/>
        <source>Set Cases</source>
        <translation>设置案例</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_cases_form.py"/>
        <source>Set Known Cases</source>
        <translation>设置已知案例</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_cases_form.py"/>
        <source>Setting known cases</source>
        <translation>正在设置已知案例</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/known_cases_form.py"/>
        <source>{n} cases set. Keep the file to yourself: {file}</source>
        <translation>已设置 {n} 条已知案例。请自行妥善保管文件：{file}</translation>
    </message>
</context>
<context>
    <name>Layouts</name>
    <message>
        <location filename="../processing_provider/layouts/template.py"/>
        <source>The template {name} cannot be used: {reason}</source>
        <translation>模板 {name} 不能使用：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_provider/layouts/document.py"/>
        <source>With this template nothing is left to print.</source>
        <translation>按此模板没有可打印的内容。</translation>
    </message>
    <message>
        <location filename="../processing_provider/layouts/template.py"/>
        <source>it is no layout template</source>
        <translation>不是布局模板</translation>
    </message>
    <message>
        <location filename="../processing_provider/layouts/template.py"/>
        <source>it is too large</source>
        <translation>文件过大</translation>
    </message>
</context>
<context>
    <name>LoadedPage</name>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>Age</source>
        <translation>更新情况</translation>
    </message>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>Ask the catalogue whether a service has another address or name now</source>
        <translation>向目录查询服务的地址或名称是否已变</translation>
    </message>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>Content of</source>
        <translation>内容时间</translation>
    </message>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>Find Moved Services</source>
        <translation>查找已迁移的服务</translation>
    </message>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>Layer</source>
        <translation>图层</translation>
    </message>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>Layers of the one map</source>
        <translation>一张图图层</translation>
    </message>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>The service does not answer: sign in, or find where it moved</source>
        <translation>服务无响应：请登录，或查找其新地址</translation>
    </message>
</context>
<context>
    <name>ModeSwitch</name>
    <message>
        <location filename="../panels/review/precheck/mode.py"/>
        <source>County: fix what was found, then deliver</source>
        <translation>县级：整改所发现的问题后报送</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/mode.py"/>
        <source>Pre-check</source>
        <translation>自查</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/mode.py"/>
        <source>Pre-check or review</source>
        <translation>自查或审核</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/mode.py"/>
        <source>Province: decide on what was found</source>
        <translation>省级：对所发现的问题作出认定</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/mode.py"/>
        <source>Review</source>
        <translation>审核</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <location filename="../panels/notice.py"/>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>Numbers</name>
    <message>
        <location filename="../panels/numbers.py"/>
        <source>{m2} m² ({ha} ha, {mu} mu)</source>
        <translation>{m2} m²（{ha} 公顷，{mu} 亩）</translation>
    </message>
</context>
<context>
    <name>OneMapAge</name>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>this month</source>
        <translation>本月</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>{count} months old</source>
        <translation>{count} 个月前</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>{count} years old</source>
        <translation>{count} 年前</translation>
    </message>
</context>
<context>
    <name>OneMapDock</name>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>Catalogue</source>
        <translation>目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>Choose a platform above; its catalogue then appears here.</source>
        <translation>请在上方选择平台，其目录将显示在此处。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Deliver Sealed Packages</source>
        <translation>上报已签章的成果包</translation>
    </message>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>Delivery</source>
        <translation>上报</translation>
    </message>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>Loaded</source>
        <translation>已加载</translation>
    </message>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>Nothing of the one map is in this project yet.</source>
        <translation>本工程中尚无一张图图层。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>One Map</source>
        <translation>一张图</translation>
    </message>
    <message>
        <location filename="../panels/onemap/offline.py"/>
        <source>Only layers of the platform's one map can be saved.</source>
        <translation>只能保存平台一张图中的图层。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Receipts</source>
        <translation>回执</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Save Receipt</source>
        <translation>保存回执</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Save for Work Without Network</source>
        <translation>保存供离线使用</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Sealed packages</source>
        <translation>已签章的成果包</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Site profiles</source>
        <translation>站点配置</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Use a Site Profile</source>
        <translation>使用站点配置</translation>
    </message>
    <message>
        <location filename="../panels/onemap/offline.py"/>
        <source>{count} layers saved to {folder}</source>
        <translation>已将 {count} 个图层保存到 {folder}</translation>
    </message>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>{count} layers were found again where they are now</source>
        <translation>已找回 {count} 个图层，服务地址已更新</translation>
    </message>
</context>
<context>
    <name>OneMapKind</name>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Local file</source>
        <translation>本地文件</translation>
    </message>
</context>
<context>
    <name>OneMapRole</name>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Administrator</source>
        <translation>管理员</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Reviewer</source>
        <translation>核查人员</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Surveyor</source>
        <translation>作业人员</translation>
    </message>
</context>
<context>
    <name>OneMapState</name>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>No sign-in needed</source>
        <translation>无须登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Not signed in</source>
        <translation>未登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Sign-in failed</source>
        <translation>登录失败</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Signed in</source>
        <translation>已登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Signing in…</source>
        <translation>正在登录…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>The sign-in has expired</source>
        <translation>登录已过期</translation>
    </message>
</context>
<context>
    <name>OneMapZone</name>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Business network</source>
        <translation>业务网</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Government network</source>
        <translation>政务外网</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Inner network</source>
        <translation>涉密内网</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Internet</source>
        <translation>互联网</translation>
    </message>
</context>
<context>
    <name>OptionsPage</name>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Control area of the county</source>
        <translation>县级控制面积</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Defaults for the Verify panel. Each run can say otherwise; the record keeps what was used.</source>
        <translation>核验面板的默认值。每次核验均可另行指定；实际所用的值写入核验记录。</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Field-ridge coefficients</source>
        <translation>田坎系数表</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Folder for results</source>
        <translation>结果文件夹</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Folder with site profiles</source>
        <translation>站点配置文件夹</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Newest shipped</source>
        <translation>自带的最新规则集</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>OneMap Verify</source>
        <translation>一张图核验</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Rule set</source>
        <translation>规则集</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Site profiles (JSON) of the administrator; one with the id of a shipped profile takes its place</source>
        <translation>管理员提供的站点配置（JSON）；与自带配置编号相同的取而代之</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Tables</source>
        <translation>表格</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>The map follows the list of findings</source>
        <translation>地图跟随发现列表</translation>
    </message>
</context>
<context>
    <name>PackageChoice</name>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>Choose Survey Package</source>
        <translation>选择成果包</translation>
    </message>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>Choose a package file (.zip, .gpkg, .shp)</source>
        <translation>选择成果包文件（.zip、.gpkg、.shp）</translation>
    </message>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>Choose a package folder or .gdb</source>
        <translation>选择成果包文件夹或 .gdb</translation>
    </message>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>Folder, .zip, .gdb, .gpkg or .shp</source>
        <translation>文件夹、.zip、.gdb、.gpkg 或 .shp</translation>
    </message>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>Survey package</source>
        <translation>成果包</translation>
    </message>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>Survey packages</source>
        <translation>成果包</translation>
    </message>
</context>
<context>
    <name>PeopleList</name>
    <message>
        <location filename="../panels/review/decisions/assign_people.py"/>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_people.py"/>
        <source>Name (several with commas)</source>
        <translation>姓名（多人用逗号分隔）</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_people.py"/>
        <source>Name of a person to add</source>
        <translation>要添加的人员姓名</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_people.py"/>
        <source>People</source>
        <translation>人员</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/assign_people.py"/>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
</context>
<context>
    <name>PersonChip</name>
    <message>
        <location filename="../panels/review/decisions/person_chip.py"/>
        <source>Not signed in: decisions bear the name given here</source>
        <translation>未登录平台：办理记录以此处填写的姓名为准</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/person_chip.py"/>
        <source>Person and role: {person}</source>
        <translation>人员与角色：{person}</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/person_chip.py"/>
        <source>Role</source>
        <translation>身份</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/person_chip.py"/>
        <source>Signed in at the platform</source>
        <translation>已登录平台</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/person_chip.py"/>
        <source>The platform grants this account no role here</source>
        <translation>平台未授予该账号相应角色</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/person_chip.py"/>
        <source>Who are you?</source>
        <translation>请填写姓名</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/person_chip.py"/>
        <source>Your name</source>
        <translation>您的姓名</translation>
    </message>
</context>
<context>
    <name>Photo</name>
    <message>
        <location filename="../panels/review/evidence/photo_card.py"/>
        <source>Azimuth {azimuth}°</source>
        <translation>方位角 {azimuth}°</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_card.py"/>
        <source>Opening the photo…</source>
        <translation>正在打开照片…</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_card.py"/>
        <source>Parcel {parcel}</source>
        <translation>图斑 {parcel}</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_card.py"/>
        <source>Sun below the horizon</source>
        <translation>太阳在地平线以下</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_card.py"/>
        <source>Sun {azimuth}°, {height}° high</source>
        <translation>太阳方位 {azimuth}°，高度角 {height}°</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_card.py"/>
        <source>The package has only the record of this photo, no picture.</source>
        <translation>成果中只有该照片的记录，没有图像。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_card.py"/>
        <source>This file is not a picture that can be read.</source>
        <translation>该文件不是可读取的图像。</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_card.py"/>
        <source>This picture claims a size that is not safe to open.</source>
        <translation>该图像声明的尺寸过大，为安全起见不予打开。</translation>
    </message>
</context>
<context>
    <name>PhotoPane</name>
    <message>
        <location filename="../panels/review/evidence/photo_pane.py"/>
        <source>Next Photo (Right)</source>
        <translation>下一张照片（→）</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_pane.py"/>
        <source>Photos of the finding</source>
        <translation>问题的举证照片</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_pane.py"/>
        <source>Previous Photo (Left)</source>
        <translation>上一张照片（←）</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_pane.py"/>
        <source>Show Two Photos Side by Side</source>
        <translation>并排显示两张照片</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_pane.py"/>
        <source>Side by side</source>
        <translation>并排</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_pane.py"/>
        <source>Whole Screen (P)</source>
        <translation>全屏（P）</translation>
    </message>
</context>
<context>
    <name>PhotoRose</name>
    <message>
        <location filename="../panels/review/evidence/photo_rose.py"/>
        <source>E</source>
        <translation>东</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_rose.py"/>
        <source>N</source>
        <translation>北</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_rose.py"/>
        <source>S</source>
        <translation>南</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/photo_rose.py"/>
        <source>W</source>
        <translation>西</translation>
    </message>
</context>
<context>
    <name>Platform</name>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Add to the project</source>
        <translation>添加到工程</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>An authentication configuration with it as password, env:NAME or @file; never the passphrase itself</source>
        <translation>以其为密码的认证配置编号、env:变量名 或 @文件；切勿直接填写口令</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Certificate of the signer</source>
        <translation>签章人证书</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Certificate valid when signed</source>
        <translation>签章时证书有效</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Check seal</source>
        <translation>验证签章</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Control layers</source>
        <translation>控制线图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Date of the earlier imagery</source>
        <translation>前期影像日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Date of the imagery</source>
        <translation>影像日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Date of the survey</source>
        <translation>调查日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Decides which picture and which year's parcels fit best</source>
        <translation>据此选取最合适的影像和年度图斑</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Deliver package</source>
        <translation>上报成果包</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Earlier imagery</source>
        <translation>前期影像</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Empty: as signed in; device, browser, @file, or the id of an authentication configuration</source>
        <translation>空：使用当前登录；也可填 device、browser、@文件 或认证配置编号</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Everything as it was sealed</source>
        <translation>内容与签章时一致</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Extent</source>
        <translation>范围</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Findings</source>
        <translation>核验发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>First object that differs</source>
        <translation>首个不一致的对象</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Groups</source>
        <translation>分组</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Id of the package</source>
        <translation>成果包编号</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Id or JSON file; the current platform when empty</source>
        <translation>编号或 JSON 文件；留空为当前平台</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Ids of groups, separated by ;</source>
        <translation>分组编号，以 ; 分隔</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Ids of layers, separated by ; – all when neither groups nor layers are given</source>
        <translation>图层编号，以 ; 分隔；分组与图层均不填则为全部</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Imagery</source>
        <translation>影像</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>In the platform's fixed order of groups</source>
        <translation>按平台固定的分组次序</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Key of the signer (SM2, PKCS#8)</source>
        <translation>签章人私钥（SM2，PKCS#8）</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Layers loaded or saved</source>
        <translation>已加载或保存的图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Layers that could not be had</source>
        <translation>未能取得的图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Load the one map</source>
        <translation>加载一张图</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Moment of signing, where no time stamp proves it</source>
        <translation>签章时刻（无时间戳证明时）</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Network zone the package must not leave</source>
        <translation>成果包不得离开的网络区域</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Number of layers</source>
        <translation>图层数</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Of what is saved; the whole layers when empty</source>
        <translation>保存的范围；留空为整个图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/passphrase.py"/>
        <source>Others can read the file with the passphrase: take their rights away (chmod 600).</source>
        <translation>其他用户可以读取口令文件，请收回其权限（chmod 600）。</translation>
    </message>
    <message>
        <location filename="../processing_provider/passphrase.py"/>
        <source>PASSPHRASE names no authentication configuration. Never write a passphrase there: store it as the password of a configuration of kind Basic and choose that one, or give env:NAME or @file.</source>
        <translation>PASSPHRASE 不是认证配置的编号。切勿在此直接填写口令：请将其存为“基本”类认证配置的密码后选用，或填写 env:变量名 或 @文件。</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>PEM or DER files, or folders of them; without any, those of the chosen platform</source>
        <translation>PEM 或 DER 文件，或其所在文件夹；不填则使用所选平台的证书</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Parcels of last year</source>
        <translation>上年度图斑</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Platform</source>
        <translation>平台</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Receipt</source>
        <translation>回执</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>SHA-256 of the package</source>
        <translation>成果包 SHA-256</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>SM3 of the package</source>
        <translation>成果包 SM3</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Save to folder</source>
        <translation>保存到文件夹</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Saves terrain, pictures, last year's parcels and control layers for work without network; an interrupted run is taken up again</source>
        <translation>保存地形、影像、上年度图斑和控制线图层供离线使用；中断后可接着进行</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Seal package</source>
        <translation>成果包签章</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Sealed package</source>
        <translation>已签章的成果包</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Seconds to keep trying</source>
        <translation>持续重试的秒数</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>Signer</source>
        <translation>签章人</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>Signer trusted</source>
        <translation>签章人可信</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Site profile</source>
        <translation>站点配置</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>State of the delivery</source>
        <translation>上报状态</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Summary</source>
        <translation>摘要</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Terrain</source>
        <translation>地形</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>The .zip, or the folder it was unpacked to</source>
        <translation>.zip 文件，或其解压后的文件夹</translation>
    </message>
    <message>
        <location filename="../processing_provider/passphrase.py"/>
        <source>The environment has no variable {name}.</source>
        <translation>没有环境变量 {name}。</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>The extent cannot be understood.</source>
        <translation>无法识别该范围。</translation>
    </message>
    <message>
        <location filename="../processing_provider/passphrase.py"/>
        <source>The file with the passphrase cannot be read.</source>
        <translation>无法读取口令文件。</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>The key was opened without a passphrase.</source>
        <translation>私钥未设口令。</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>The platform's signed receipt</source>
        <translation>平台签名的回执</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>The site profile {name} names no time-stamp authority.</source>
        <translation>站点配置 {name} 未指定时间戳服务。</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>Time proven</source>
        <translation>时间可证</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Time stamp: address or site profile</source>
        <translation>时间戳：服务地址或站点配置</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>Trusted certificates</source>
        <translation>受信任的证书</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Verification record</source>
        <translation>核验记录</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Way</source>
        <translation>方式</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>What fails is tried again; later it stays in the delivery queue</source>
        <translation>失败时重试；逾时后留在上报队列中</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>What was loaded or saved, from where, and why</source>
        <translation>加载或保存了什么、来自何处及原因</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Where the key's passphrase is</source>
        <translation>私钥口令所在</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Without a verification record the package can be sealed, but not delivered.</source>
        <translation>没有核验记录的成果包可以签章，但不能上报。</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>package: the sealed package as one file; features: parcel by parcel into the staging layer</source>
        <translation>package：已签章的成果包作为一个文件；features：逐图斑写入暂存图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>{name} cannot be read: {reason}</source>
        <translation>无法读取 {name}：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>{name} is no verification record.</source>
        <translation>{name} 不是核验记录。</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>{package} was not delivered ({state}): {reason}</source>
        <translation>{package} 未上报（{state}）：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>{package}: {state}, but the receipt cannot be saved ({reason}). The delivery queue keeps it: run this again, or save it there.</source>
        <translation>{package}：{state}，但回执无法保存（{reason}）。回执仍在上报队列中：请重新运行，或在队列中另存。</translation>
    </message>
</context>
<context>
    <name>Plugin</name>
    <message>
        <location filename="../plugin.py"/>
        <source>Evidence</source>
        <translation>证据</translation>
    </message>
    <message>
        <location filename="../plugin.py"/>
        <source>One Map</source>
        <translation>一张图</translation>
    </message>
    <message>
        <location filename="../plugin.py"/>
        <source>Show or hide the panel that verifies submissions</source>
        <translation>显示或隐藏成果核验面板</translation>
    </message>
    <message>
        <location filename="../plugin.py"/>
        <source>Show or hide the panel to sign in, load the one map and deliver</source>
        <translation>显示或隐藏登录、加载一张图与上报的面板</translation>
    </message>
    <message>
        <location filename="../plugin.py"/>
        <source>Show or hide the panel with the evidence</source>
        <translation>显示或隐藏证据面板</translation>
    </message>
    <message>
        <location filename="../plugin.py"/>
        <source>Verify Submission</source>
        <translation>成果核验</translation>
    </message>
</context>
<context>
    <name>Precheck</name>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source> ({s} s)</source>
        <translation>（{s} 秒）</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source>Cancelled: nothing has changed.</source>
        <translation>已取消，未作任何改动。</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source>Checking again what was edited</source>
        <translation>正在复查修改之处</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Export the list of what is to be fixed…</source>
        <translation>导出整改清单…</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Go to the object in the package and open it for editing</source>
        <translation>定位到成果中的要素并打开编辑</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Jump &amp;&amp; Edit</source>
        <translation>定位编辑</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Left to fix, by severity</source>
        <translation>待整改，按缺陷等级</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Nothing left to fix</source>
        <translation>已无待整改问题</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source>Nothing was edited since the last check.</source>
        <translation>上次核验之后没有修改。</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Re-check Edited</source>
        <translation>复查修改处</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source>Reading the record</source>
        <translation>正在读取核验记录</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Save Edits</source>
        <translation>保存编辑</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Seal &amp;&amp; Deliver…</source>
        <translation>签封报送…</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Send to Reviewer…</source>
        <translation>送审…</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source>The package was saved. Re-check what was edited?</source>
        <translation>成果已保存，是否复查修改之处？</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source>This object was edited; only a whole run can say more of this finding.</source>
        <translation>该要素已修改，此条须完整核验才能确认。</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source>Unsaved edits in {layers} are not checked: save first.</source>
        <translation>{layers} 中尚未保存的编辑不会被复查，请先保存。</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Verify Whole</source>
        <translation>完整核验</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Verify again only what was edited since the last time</source>
        <translation>只重新核验上次之后修改过的内容</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Verify the whole package once before you deliver.</source>
        <translation>报送前请完整核验一次。</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Verify the whole package once more before it is sealed</source>
        <translation>签封前须再完整核验一次</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>Verify the whole package with all rules</source>
        <translation>用全部规则核验整个成果包</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>{done} of {total} fixed</source>
        <translation>已整改 {done}/{total}</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>{n} doubtful, {explained} explained: these need not become zero; where the survey is right, add evidence.</source>
        <translation>存疑 {n} 条，已说明 {explained} 条：不必清零，成果无误的补充举证即可。</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source>{n} edited</source>
        <translation>修改 {n} 处</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source>{n} findings gone</source>
        <translation>消除 {n} 条</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source>{n} new</source>
        <translation>新增 {n} 条</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source>{n} still there</source>
        <translation>仍在 {n} 条</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/bar.py"/>
        <source>{n} to be confirmed by a whole run</source>
        <translation>待完整核验确认 {n} 条</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/view.py"/>
        <source>{n} to be confirmed by a whole run.</source>
        <translation>{n} 条待完整核验确认。</translation>
    </message>
</context>
<context>
    <name>PrecheckEdit</name>
    <message>
        <location filename="../panels/review/precheck/edit.py"/>
        <source>A file</source>
        <translation>文件</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/edit.py"/>
        <source>{layer} cannot be edited here</source>
        <translation>{layer} 无法在此编辑</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/edit.py"/>
        <source>{layer} is read-only: shown, not opened to edit</source>
        <translation>{layer} 为只读，仅供查看</translation>
    </message>
    <message>
        <location filename="../panels/review/precheck/edit.py"/>
        <source>{object} is no longer in {layer}</source>
        <translation>{layer} 中已没有 {object}</translation>
    </message>
</context>
<context>
    <name>QueueFilters</name>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>Clear all</source>
        <translation>全部清除</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>Disputed</source>
        <translation>有分歧</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>Family</source>
        <translation>规则族</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>In the map</source>
        <translation>地图范围内</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>Land class</source>
        <translation>地类</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>Mine or for me</source>
        <translation>我的或分派给我的</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>New in this submission</source>
        <translation>本次提交新增</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>Not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>Remove the filter {name}</source>
        <translation>移除筛选条件“{name}”</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>Severity</source>
        <translation>错误等级</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>State</source>
        <translation>办理状态</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>Still to decide</source>
        <translation>待认定</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>Text</source>
        <translation>文字</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>This file was written by an earlier version, which did not keep villages and land classes. Verify the package again to filter by them.</source>
        <translation>该文件由较早版本生成，未记录行政村和地类。重新核验成果后即可按其筛选。</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filter_panel.py"/>
        <source>Village</source>
        <translation>行政村</translation>
    </message>
</context>
<context>
    <name>QueueHelp</name>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Accept: the finding is true</source>
        <translation>属实：问题成立</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Back to the list; again: clear the filters</source>
        <translation>返回列表；再按一次清除筛选</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Blink between before and after</source>
        <translation>前后时相影像闪烁对比</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Choose all</source>
        <translation>全选</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Close, open a group</source>
        <translation>收起、展开分组</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Doubtful</source>
        <translation>存疑</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Exception, with a reason</source>
        <translation>例外认定（须写明理由）</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Filters</source>
        <translation>筛选</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>First, last finding</source>
        <translation>第一条、最后一条问题</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Group: none, by parcel, by rule</source>
        <translation>分组：不分组、按图斑、按规则</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Keys of the list</source>
        <translation>列表快捷键</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Keys, while the list has the focus</source>
        <translation>快捷键（焦点在列表时有效）</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Next finding still to decide</source>
        <translation>下一条待认定的问题</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Next, previous finding</source>
        <translation>下一条、上一条问题</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Photos</source>
        <translation>照片</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Reject: the finding is not true</source>
        <translation>不属实：问题不成立</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Return to the county</source>
        <translation>退回县级</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>These keys</source>
        <translation>显示本说明</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Undo the last decision</source>
        <translation>撤销上一次认定</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/help.py"/>
        <source>Zoom the map to the finding</source>
        <translation>地图缩放到该问题</translation>
    </message>
</context>
<context>
    <name>QueuePage</name>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>By family</source>
        <translation>按规则族</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>By object</source>
        <translation>按对象</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>By parcel</source>
        <translation>按图斑</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>By rule</source>
        <translation>按规则</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/page.py"/>
        <source>Choose a finding to see its numbers.</source>
        <translation>选择一条问题以查看其数值。</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Decided: {decided} of {total}</source>
        <translation>已认定 {decided} / {total}</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Filters</source>
        <translation>筛选</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Filters (F)</source>
        <translation>筛选（F）</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Findings</source>
        <translation>核验结果</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Groups</source>
        <translation>分组</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Most errors per minute first</source>
        <translation>每分钟查实最多者在前</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/page.py"/>
        <source>No finding passes these filters.</source>
        <translation>没有符合筛选条件的问题。</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>No groups</source>
        <translation>不分组</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/filtering.py"/>
        <source>Nothing was carried over from an earlier verification.</source>
        <translation>没有从以前的核验沿用的内容。</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Order</source>
        <translation>排序</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Order and groups (G)</source>
        <translation>排序与分组（G）</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Saved filters</source>
        <translation>已存筛选</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Search message, object, rule…</source>
        <translation>搜索说明、对象、规则…</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Searching…</source>
        <translation>正在搜索…</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>The parcels come first whose look promises the most true errors per minute: the probability of a true problem divided by the minutes that a look takes. Findings of one parcel are looked at together. The minutes adapt to your own decisions.</source>
        <translation>每分钟预期查实问题最多的图斑排在最前：以确有问题的概率除以核查所需的分钟数。同一图斑的问题一并核查。所需分钟数随您本人的认定速度自动调整。</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Worst first</source>
        <translation>最严重者在前</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>{chosen} chosen</source>
        <translation>已选 {chosen} 条</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>{decided} decided</source>
        <translation>已认定 {decided} 条</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>{shown} of {total} findings</source>
        <translation>共 {total} 条问题，显示 {shown} 条</translation>
    </message>
</context>
<context>
    <name>ReasonLine</name>
    <message>
        <location filename="../panels/review/decisions/reason_line.py"/>
        <source>Given lately</source>
        <translation>最近使用</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/reason_line.py"/>
        <source>None yet</source>
        <translation>暂无</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/reason_line.py"/>
        <source>Reason</source>
        <translation>理由</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/reason_line.py"/>
        <source>Standard and Recent Reasons</source>
        <translation>常用与最近的理由</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/reason_line.py"/>
        <source>Standard and Recent Reasons (Down)</source>
        <translation>常用与最近的理由（↓）</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/reason_line.py"/>
        <source>Standard reasons</source>
        <translation>常用理由</translation>
    </message>
</context>
<context>
    <name>Requirements</name>
    <message>
        <location filename="../processing_provider/requirements.py"/>
        <source>Another plugin has loaded Shapely together with the geometry library of QGIS, and its results would be wrong. Disable that plugin, or let OneMap Verify run first, and restart QGIS.</source>
        <translation>其他插件已将 Shapely 与 QGIS 的几何库混合加载，计算结果将不可信。请停用该插件，或先运行 OneMap Verify，然后重启 QGIS。</translation>
    </message>
    <message>
        <location filename="../processing_provider/requirements.py"/>
        <source>On Windows open the OSGeo4W Shell that came with QGIS and run: {command} — on Linux and macOS run it with the Python of QGIS. Then restart QGIS.</source>
        <translation>Windows 下打开随 QGIS 安装的 OSGeo4W Shell，运行：{command}；Linux 与 macOS 下用 QGIS 的 Python 运行。然后重启 QGIS。</translation>
    </message>
    <message>
        <location filename="../processing_provider/requirements.py"/>
        <source>OneMap Verify needs the Python library Shapely 2.0 or newer.</source>
        <translation>OneMap Verify 需要 Python 库 Shapely 2.0 或更高版本。</translation>
    </message>
    <message>
        <location filename="../processing_provider/requirements.py"/>
        <source>Shapely is not installed.</source>
        <translation>尚未安装 Shapely。</translation>
    </message>
    <message>
        <location filename="../processing_provider/requirements.py"/>
        <source>Shapely {version} is installed.</source>
        <translation>当前安装的是 Shapely {version}。</translation>
    </message>
</context>
<context>
    <name>Results</name>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Evidence</source>
        <translation>依据数值</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Expected</source>
        <translation>应有值</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Family</source>
        <translation>类别</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Finding</source>
        <translation>发现编号</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Findings</source>
        <translation>发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Layer</source>
        <translation>图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Likely cause</source>
        <translation>可能原因</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Measured</source>
        <translation>实测值</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Message (Chinese)</source>
        <translation>说明</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Message (English)</source>
        <translation>说明（英文）</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Not checkable</source>
        <translation>无法检查</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Object</source>
        <translation>对象</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Outcome</source>
        <translation>处置</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Parcel</source>
        <translation>图斑</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Reasons</source>
        <translation>原因</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Risk</source>
        <translation>风险</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Risk of parcels</source>
        <translation>图斑风险</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Rule version</source>
        <translation>规则版本</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Rules run</source>
        <translation>规则执行情况</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Score</source>
        <translation>评分</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Seconds</source>
        <translation>用时（秒）</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Severity</source>
        <translation>等级</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Tested</source>
        <translation>已检查</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Tolerance</source>
        <translation>限差</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Unit</source>
        <translation>单位</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Verification: {package}</source>
        <translation>核验结果：{package}</translation>
    </message>
</context>
<context>
    <name>Review</name>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>A number of units</source>
        <translation>指定数量</translation>
    </message>
    <message>
        <location filename="../processing_provider/recheck.py"/>
        <source>Added</source>
        <translation>新增</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Adjustment factor t</source>
        <translation>调整系数 t</translation>
    </message>
    <message>
        <location filename="../processing_provider/return_list.py"/>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <location filename="../processing_provider/return_list.py"/>
        <source>All that are open</source>
        <translation>全部未办结的</translation>
    </message>
    <message>
        <location filename="../processing_provider/carry_decisions.py"/>
        <source>Carry decisions over</source>
        <translation>沿用决定</translation>
    </message>
    <message>
        <location filename="../processing_provider/known_cases.py"/>
        <source>Cases (for the administrator alone)</source>
        <translation>案例文件（仅供管理人员）</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>Check review</source>
        <translation>检查核查结论</translation>
    </message>
    <message>
        <location filename="../processing_provider/layouts/report_parameters.py"/>
        <source>Chinese</source>
        <translation>中文</translation>
    </message>
    <message>
        <location filename="../processing_provider/layouts/report_parameters.py"/>
        <source>Chinese and English</source>
        <translation>中英对照</translation>
    </message>
    <message>
        <location filename="../processing_provider/return_list.py"/>
        <source>Choose at least one file to write the list to.</source>
        <translation>请至少选择一种输出文件。</translation>
    </message>
    <message>
        <location filename="../processing_provider/known_cases.py"/>
        <source>Commitment (SHA-256)</source>
        <translation>承诺值（SHA-256）</translation>
    </message>
    <message>
        <location filename="../processing_provider/compare_findings.py"/>
        <source>Compare findings</source>
        <translation>对比核验结果</translation>
    </message>
    <message>
        <location filename="../processing_provider/compare_findings.py"/>
        <source>Comparison</source>
        <translation>对比结果</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Confidence</source>
        <translation>置信度</translation>
    </message>
    <message>
        <location filename="../processing_provider/merge_decisions.py"/>
        <source>Copies of the same file, with the decisions of others</source>
        <translation>同一文件的副本（含他人的决定）</translation>
    </message>
    <message>
        <location filename="../processing_provider/province_dashboard.py"/>
        <source>Counties</source>
        <translation>县级单位数</translation>
    </message>
    <message>
        <location filename="../processing_provider/province_dashboard.py"/>
        <source>Dashboard</source>
        <translation>总览页面</translation>
    </message>
    <message>
        <location filename="../processing_provider/return_list.py"/>
        <source>Deadline (such as 2026-12-31)</source>
        <translation>整改期限（如 2026-12-31）</translation>
    </message>
    <message>
        <location filename="../processing_provider/recheck.py"/>
        <source>Deleted</source>
        <translation>删除</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Draw sample</source>
        <translation>抽取样本</translation>
    </message>
    <message>
        <location filename="../processing_provider/recheck.py"/>
        <source>Edited</source>
        <translation>修改</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>Empty: review.sig.json beside the findings</source>
        <translation>留空则取核验结果旁的 review.sig.json</translation>
    </message>
    <message>
        <location filename="../processing_provider/journal_inputs.py"/>
        <source>Empty: the name in the settings, or that of the account</source>
        <translation>留空则取设置中的姓名，或计算机账户名</translation>
    </message>
    <message>
        <location filename="../processing_provider/layouts/report_parameters.py"/>
        <source>English</source>
        <translation>英文</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Errors that were upheld</source>
        <translation>经确认的错漏</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Errors: class A, B, C, D</source>
        <translation>错漏：类别 A、B、C、D</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Errors: quality element</source>
        <translation>错漏：质量元素</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Errors: unit</source>
        <translation>错漏：单位</translation>
    </message>
    <message>
        <location filename="../processing_provider/sign_review.py"/>
        <source>Events in the journal</source>
        <translation>日志事件数</translation>
    </message>
    <message>
        <location filename="../processing_provider/merge_decisions.py"/>
        <source>Events taken over</source>
        <translation>带入的事件</translation>
    </message>
    <message>
        <location filename="../processing_provider/known_cases.py"/>
        <source>File with settled decisions: what is known</source>
        <translation>含已定决定的文件（真相来源）</translation>
    </message>
    <message>
        <location filename="../processing_provider/sign_review.py"/>
        <source>Files beside the findings, or in folders there</source>
        <translation>与核验结果同一文件夹（或其子文件夹）内的文件</translation>
    </message>
    <message>
        <location filename="../processing_provider/sign_review.py"/>
        <source>Files signed</source>
        <translation>已签文件数</translation>
    </message>
    <message>
        <location filename="../processing_provider/province_dashboard.py"/>
        <source>Files that could not be read</source>
        <translation>未能读取的文件数</translation>
    </message>
    <message>
        <location filename="../processing_provider/lot_report.py"/>
        <source>Findings</source>
        <translation>核验结果</translation>
    </message>
    <message>
        <location filename="../processing_provider/journal_inputs.py"/>
        <source>Findings (with the decisions in it)</source>
        <translation>核验结果（含其中的决定）</translation>
    </message>
    <message>
        <location filename="../processing_provider/recheck.py"/>
        <source>Findings as they were</source>
        <translation>原核验结果</translation>
    </message>
    <message>
        <location filename="../processing_provider/recheck.py"/>
        <source>Findings brought up to date</source>
        <translation>已更新的问题</translation>
    </message>
    <message>
        <location filename="../processing_provider/return_list.py"/>
        <source>Findings listed</source>
        <translation>列出的发现数</translation>
    </message>
    <message>
        <location filename="../processing_provider/compare_findings.py"/>
        <source>Findings of the earlier verification</source>
        <translation>上次核验的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/carry_decisions.py"/>
        <source>Findings of the earlier verification, with its decisions</source>
        <translation>上次核验结果（含决定）</translation>
    </message>
    <message>
        <location filename="../processing_provider/carry_decisions.py"/>
        <source>Findings of the later verification</source>
        <translation>本次核验的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/recheck.py"/>
        <source>Findings of the verification (brought up to date)</source>
        <translation>核验结果（将被更新）</translation>
    </message>
    <message>
        <location filename="../processing_provider/merge_decisions.py"/>
        <source>Findings on which people differ now</source>
        <translation>现有分歧的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/carry_decisions.py"/>
        <source>Findings that are gone</source>
        <translation>已消除的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/compare_findings.py"/>
        <source>Findings that are still there</source>
        <translation>仍在的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/carry_decisions.py"/>
        <source>Findings that could not be checked again</source>
        <translation>未能复查的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/carry_decisions.py"/>
        <source>Findings that have changed</source>
        <translation>有变化的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/recheck.py"/>
        <source>Findings that need a whole run</source>
        <translation>待完整核验确认的发现数</translation>
    </message>
    <message>
        <location filename="../processing_provider/carry_decisions.py"/>
        <source>Findings whose decision came over</source>
        <translation>沿用了决定的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>First place changed</source>
        <translation>首个改动处</translation>
    </message>
    <message>
        <location filename="../processing_provider/province_dashboard.py"/>
        <source>Folder with verifications</source>
        <translation>核验结果所在文件夹</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>GB/T 24356-2009, table of sample sizes</source>
        <translation>GB/T 24356-2009 样本量表</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>GB/T 24356-2023, table of sample sizes</source>
        <translation>GB/T 24356-2023 样本量表</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Grade of the lot</source>
        <translation>批质量等级</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Identifier</source>
        <translation>标识</translation>
    </message>
    <message>
        <location filename="../processing_provider/recheck.py"/>
        <source>In whose name decisions are carried over</source>
        <translation>沿用决定的署名</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Judge lot</source>
        <translation>评分与批判定</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Keep the units that were not drawn</source>
        <translation>保留未入样的单位</translation>
    </message>
    <message>
        <location filename="../processing_provider/measure_reviewers.py"/>
        <source>Known cases</source>
        <translation>已知案例</translation>
    </message>
    <message>
        <location filename="../processing_provider/layouts/report_parameters.py"/>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <location filename="../processing_provider/layouts/report_parameters.py"/>
        <source>Layout template instead of ours</source>
        <translation>替换默认布局模板</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Limit of wrong units (share)</source>
        <translation>错误单位的允许比例</translation>
    </message>
    <message>
        <location filename="../processing_provider/lot_report.py"/>
        <source>Lot report</source>
        <translation>检验批判定书</translation>
    </message>
    <message>
        <location filename="../processing_provider/lot_report.py"/>
        <source>Lot report (PDF)</source>
        <translation>检验批判定书（PDF）</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Lots</source>
        <translation>批数</translation>
    </message>
    <message>
        <location filename="../processing_provider/measure_reviewers.py"/>
        <source>Measure reviewers</source>
        <translation>衡量核查人员</translation>
    </message>
    <message>
        <location filename="../processing_provider/merge_decisions.py"/>
        <source>Merge decisions</source>
        <translation>合并决定</translation>
    </message>
    <message>
        <location filename="../processing_provider/layouts/report_parameters.py"/>
        <source>Name of the county, as printed</source>
        <translation>县级单位名称（用于打印）</translation>
    </message>
    <message>
        <location filename="../processing_provider/carry_decisions.py"/>
        <source>New findings</source>
        <translation>新增的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/province_dashboard.py"/>
        <source>No file of findings was given, and the folder has none.</source>
        <translation>没有给出核验结果，文件夹中也没有找到。</translation>
    </message>
    <message>
        <location filename="../processing_provider/known_cases.py"/>
        <source>None of the settled findings is in this file.</source>
        <translation>已定的发现均不在本文件中。</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>Nothing was changed</source>
        <translation>未被改动</translation>
    </message>
    <message>
        <location filename="../processing_provider/known_cases.py"/>
        <source>Number of cases</source>
        <translation>案例数</translation>
    </message>
    <message>
        <location filename="../processing_provider/measure_reviewers.py"/>
        <source>Number of reviewers</source>
        <translation>核查人员数</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Number of units</source>
        <translation>单位数</translation>
    </message>
    <message>
        <location filename="../processing_provider/recheck.py"/>
        <source>Objects edited, added or deleted</source>
        <translation>修改、新增、删除的要素数</translation>
    </message>
    <message>
        <location filename="../processing_provider/carry_decisions.py"/>
        <source>Of these back in the queue</source>
        <translation>其中回到待办的</translation>
    </message>
    <message>
        <location filename="../processing_provider/carry_decisions.py"/>
        <source>Of these settled: nobody has to look again</source>
        <translation>其中已了结、无需再看的</translation>
    </message>
    <message>
        <location filename="../processing_provider/known_cases.py"/>
        <source>Only {count} cases could be found.</source>
        <translation>只找到 {count} 条案例。</translation>
    </message>
    <message>
        <location filename="../processing_provider/lot_report.py"/>
        <source>Pages</source>
        <translation>页数</translation>
    </message>
    <message>
        <location filename="../processing_provider/measure_reviewers.py"/>
        <source>Pairs with opinions in common</source>
        <translation>有共同判定的人员对数</translation>
    </message>
    <message>
        <location filename="../processing_provider/merge_decisions.py"/>
        <source>People differ on finding {name}.</source>
        <translation>发现 {name} 存在分歧。</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>Places changed</source>
        <translation>改动处数</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Plan</source>
        <translation>抽样方案</translation>
    </message>
    <message>
        <location filename="../processing_provider/province_dashboard.py"/>
        <source>Province dashboard</source>
        <translation>省级总览</translation>
    </message>
    <message>
        <location filename="../processing_provider/recheck.py"/>
        <source>Re-check what was edited</source>
        <translation>复查修改之处</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Record of the draw</source>
        <translation>抽样记录</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Record of the verdict</source>
        <translation>判定记录</translation>
    </message>
    <message>
        <location filename="../processing_provider/sign_review.py"/>
        <source>Records of samples and lots</source>
        <translation>抽样与批次结论记录</translation>
    </message>
    <message>
        <location filename="../processing_provider/sign_review.py"/>
        <source>Remark</source>
        <translation>备注</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <location filename="../processing_provider/return_list.py"/>
        <source>Return list</source>
        <translation>整改清单</translation>
    </message>
    <message>
        <location filename="../processing_provider/return_list.py"/>
        <source>Return list (PDF)</source>
        <translation>整改清单（PDF）</translation>
    </message>
    <message>
        <location filename="../processing_provider/return_list.py"/>
        <source>Return list (layer)</source>
        <translation>整改清单（图层）</translation>
    </message>
    <message>
        <location filename="../processing_provider/return_list.py"/>
        <source>Return list (spreadsheet)</source>
        <translation>整改清单（电子表格）</translation>
    </message>
    <message>
        <location filename="../processing_provider/return_list.py"/>
        <source>Returned to the county</source>
        <translation>已退回县级的</translation>
    </message>
    <message>
        <location filename="../processing_provider/carry_decisions.py"/>
        <source>Review</source>
        <translation>复核</translation>
    </message>
    <message>
        <location filename="../processing_provider/review_report.py"/>
        <source>Review report</source>
        <translation>核查报告</translation>
    </message>
    <message>
        <location filename="../processing_provider/review_report.py"/>
        <source>Review report (PDF)</source>
        <translation>核查报告（PDF）</translation>
    </message>
    <message>
        <location filename="../processing_provider/measure_reviewers.py"/>
        <source>Reviewers</source>
        <translation>核查人员</translation>
    </message>
    <message>
        <location filename="../processing_provider/journal_inputs.py"/>
        <source>Role</source>
        <translation>身份</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>Root of the decisions</source>
        <translation>决定日志的根摘要</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Sample</source>
        <translation>样本</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Sample (of Draw sample)</source>
        <translation>样本（“抽取样本”的输出）</translation>
    </message>
    <message>
        <location filename="../processing_provider/lot_report.py"/>
        <source>Sample, for the map</source>
        <translation>样本图层（用于地图）</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Scores of the units</source>
        <translation>单位得分</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Seed (agreed before the draw)</source>
        <translation>种子（抽样前商定）</translation>
    </message>
    <message>
        <location filename="../processing_provider/known_cases.py"/>
        <source>Seed of the draw</source>
        <translation>抽取的随机种子</translation>
    </message>
    <message>
        <location filename="../processing_provider/known_cases.py"/>
        <source>Set known cases</source>
        <translation>设置已知案例</translation>
    </message>
    <message>
        <location filename="../processing_provider/sign_review.py"/>
        <source>Sign review</source>
        <translation>签署核查结论</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>Signature</source>
        <translation>签名文件</translation>
    </message>
    <message>
        <location filename="../processing_provider/province_dashboard.py"/>
        <source>Single files of findings</source>
        <translation>单个核验结果文件</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Strata (village, class, …)</source>
        <translation>分层（村、地类等）</translation>
    </message>
    <message>
        <location filename="../processing_provider/province_dashboard.py"/>
        <source>Submissions</source>
        <translation>报送次数</translation>
    </message>
    <message>
        <location filename="../processing_provider/recheck.py"/>
        <source>Survey package, if it was moved</source>
        <translation>成果包（若已移动）</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>The layer has no field {name}.</source>
        <translation>图层没有字段 {name}。</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>The signature holds</source>
        <translation>签名成立</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>The weights are no JSON object of numbers: {reason}</source>
        <translation>权重不是由数值组成的 JSON 对象：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_review.py"/>
        <source>There is a signature</source>
        <translation>有签名</translation>
    </message>
    <message>
        <location filename="../processing_provider/province_dashboard.py"/>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Units (parcels, sheets, …)</source>
        <translation>单位成果（图斑、图幅等）</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Units drawn</source>
        <translation>入样单位数</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Units inspected</source>
        <translation>检验单位数</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Units not qualified</source>
        <translation>不合格单位数</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Verdict (passed or failed)</source>
        <translation>判定（passed 通过，failed 不通过）</translation>
    </message>
    <message>
        <location filename="../processing_provider/return_list.py"/>
        <source>Villages, land classes and maps are left out: {reason}</source>
        <translation>坐落单位、地类与地图从略：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Weights of the elements as JSON</source>
        <translation>质量元素权重（JSON）</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>What fails the lot in any case</source>
        <translation>直接判定不合格的情形</translation>
    </message>
    <message>
        <location filename="../processing_provider/return_list.py"/>
        <source>Which findings</source>
        <translation>列出哪些发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/journal_inputs.py"/>
        <source>Who acts (name)</source>
        <translation>办理人姓名</translation>
    </message>
    <message>
        <location filename="../processing_provider/sign_review.py"/>
        <source>Without the package its files are not signed.</source>
        <translation>未指定成果，其文件不在签名之内。</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Zero defects: nothing wrong proves the limit</source>
        <translation>零缺陷：样本全部合格即证明限值</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>{count} errors are of units outside the sample.</source>
        <translation>{count} 处错漏属于样本以外的单位。</translation>
    </message>
    <message>
        <location filename="../processing_provider/carry_decisions.py"/>
        <source>{count} findings were left as they are: they are decided here.</source>
        <translation>{count} 条已在本结果中作出决定，保持不变。</translation>
    </message>
    <message>
        <location filename="../processing_provider/measure_reviewers.py"/>
        <source>{first} and {second}: {count} in common, kappa {kappa}</source>
        <translation>{first}、{second}：共同判定 {count} 条，κ = {kappa}</translation>
    </message>
</context>
<context>
    <name>ReviewMenu</name>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Agreement of Reviewers…</source>
        <translation>核查一致性…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Assign Work…</source>
        <translation>分派任务…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Check for Later Edits</source>
        <translation>检查事后改动</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Checking findings, decisions and package…</source>
        <translation>正在检查发现、决定与成果包…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Checking for later edits</source>
        <translation>正在检查事后改动</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Compare with Earlier Submission…</source>
        <translation>与上次报送比较…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Comparing</source>
        <translation>正在比较</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Comparing with {file}…</source>
        <translation>正在与 {file} 比较…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Findings</source>
        <translation>核验结果</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Findings of the Earlier Submission</source>
        <translation>上次报送的核查发现</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Looking for earlier submissions</source>
        <translation>正在查找以往报送</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Merge Another Copy</source>
        <translation>合并其他副本</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Merge Another Copy…</source>
        <translation>合并其他副本…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Merging</source>
        <translation>正在合并</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Nothing was edited: all {n} entries and every finding are intact.</source>
        <translation>未发现改动：日志 {n} 条及全部发现均完好。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Review</source>
        <translation>审核</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Set Known Cases…</source>
        <translation>设置已知案例…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Signed by {who}.</source>
        <translation>签名人：{who}。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>Take Over</source>
        <translation>结转</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>This county was verified before ({when}, {n} findings decided). Take those decisions over, and look only at what changed?</source>
        <translation>该县此前已核验过（{when}，已办理 {n} 条）。是否结转其办理结果，只看有变化的？</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>{n} entries taken over from {file}.</source>
        <translation>已从 {file} 合并 {n} 条记录。</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/review_menu.py"/>
        <source>{n} findings are disputed now and to be settled.</source>
        <translation>其中 {n} 条出现分歧，需要裁定。</translation>
    </message>
</context>
<context>
    <name>ReviewRoom</name>
    <message>
        <location filename="../panels/verify/room.py"/>
        <source>Assign work, compare submissions, merge copies, check</source>
        <translation>分派任务、比较成果、合并副本、检查改动</translation>
    </message>
    <message>
        <location filename="../panels/verify/room.py"/>
        <source>History</source>
        <translation>经过</translation>
    </message>
    <message>
        <location filename="../panels/verify/room.py"/>
        <source>Manage</source>
        <translation>管理</translation>
    </message>
</context>
<context>
    <name>ReviewSession</name>
    <message>
        <location filename="../panels/review/session.py"/>
        <source>Saving the decision</source>
        <translation>保存决定</translation>
    </message>
    <message>
        <location filename="../panels/review/session.py"/>
        <source>Saving the opinion</source>
        <translation>保存意见</translation>
    </message>
    <message>
        <location filename="../panels/review/journal/door.py"/>
        <source>Say first who you are.</source>
        <translation>请先填写姓名。</translation>
    </message>
    <message>
        <location filename="../panels/review/session.py"/>
        <source>Undoing</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>Roles</name>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Administrator</source>
        <translation>管理人员</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Reviewer</source>
        <translation>核查人员</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Surveyor</source>
        <translation>作业人员</translation>
    </message>
</context>
<context>
    <name>SavedFilters</name>
    <message>
        <location filename="../panels/review/queue/saved_filters.py"/>
        <source>Accusations not decided</source>
        <translation>未认定的“不一致”</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/saved_filters.py"/>
        <source>Disputed</source>
        <translation>有分歧</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/saved_filters.py"/>
        <source>Photos and tracks</source>
        <translation>照片与轨迹</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Save Filters</source>
        <translation>保存筛选</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Save These Filters…</source>
        <translation>保存当前筛选…</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>Use at the Start</source>
        <translation>打开时使用</translation>
    </message>
    <message>
        <location filename="../panels/review/queue/widgets.py"/>
        <source>{name} (at the start)</source>
        <translation>{name}（打开时使用）</translation>
    </message>
</context>
<context>
    <name>ServiceTask</name>
    <message>
        <location filename="../panels/service_task.py"/>
        <source>Internal error ({kind}).</source>
        <translation>内部错误（{kind}）。</translation>
    </message>
    <message>
        <location filename="../panels/service_task.py"/>
        <source>The details are in the log panel, tab OneMap Verify.</source>
        <translation>详情见日志面板的 OneMap Verify 页。</translation>
    </message>
</context>
<context>
    <name>SettleDialog</name>
    <message>
        <location filename="../panels/review/decisions/settle.py"/>
        <source>Dismissed: close</source>
        <translation>不属实，办结</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/settle.py"/>
        <source>Doubtful: keep under review</source>
        <translation>存疑，继续核查</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/settle.py"/>
        <source>No reason given</source>
        <translation>未填写理由</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/settle.py"/>
        <source>Reason of the settlement</source>
        <translation>裁定理由</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/settle.py"/>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/settle.py"/>
        <source>Settle</source>
        <translation>裁定</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/settle.py"/>
        <source>Settle the Dispute</source>
        <translation>裁定分歧</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/settle.py"/>
        <source>Upheld: return</source>
        <translation>属实，退回</translation>
    </message>
</context>
<context>
    <name>SignIn</name>
    <message>
        <location filename="../panels/onemap/sign_in.py"/>
        <source>Signing in</source>
        <translation>正在登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/sign_in.py"/>
        <source>Signing out</source>
        <translation>正在退出登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/sign_in.py"/>
        <source>Taking up the sign-in</source>
        <translation>正在恢复登录</translation>
    </message>
</context>
<context>
    <name>SignInDialog</name>
    <message>
        <location filename="../panels/onemap/sign_in_dialogs.py"/>
        <source>Account</source>
        <translation>账号</translation>
    </message>
    <message>
        <location filename="../panels/onemap/sign_in_dialogs.py"/>
        <source>Enter Key</source>
        <translation>输入密钥</translation>
    </message>
    <message>
        <location filename="../panels/onemap/sign_in_dialogs.py"/>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <location filename="../panels/onemap/sign_in_dialogs.py"/>
        <source>Sign In to {platform}</source>
        <translation>登录 {platform}</translation>
    </message>
    <message>
        <location filename="../panels/onemap/sign_in_dialogs.py"/>
        <source>Use an Authentication Configuration</source>
        <translation>使用认证配置</translation>
    </message>
</context>
<context>
    <name>Sources</name>
    <message>
        <location filename="../processing_provider/sources.py"/>
        <source>The layer “{name}” cannot be read: {reason}</source>
        <translation>无法读取图层“{name}”：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_provider/sources.py"/>
        <source>{what}: the layer “{name}” is not a raster file. Save it as GeoTIFF first.</source>
        <translation>{what}：图层“{name}”不是栅格文件，请先另存为 GeoTIFF。</translation>
    </message>
</context>
<context>
    <name>States</name>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Appealed</source>
        <translation>已申诉</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Closed</source>
        <translation>已办结</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Corrected</source>
        <translation>已整改</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Exception</source>
        <translation>例外认定</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Rechecked</source>
        <translation>已复核</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Returned</source>
        <translation>已退回</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>To decide</source>
        <translation>待核</translation>
    </message>
    <message>
        <location filename="../panels/review/words.py"/>
        <source>Under review</source>
        <translation>核查中</translation>
    </message>
</context>
<context>
    <name>Steps</name>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Appeal</source>
        <translation>申诉</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Corrected</source>
        <translation>已整改</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Deny</source>
        <translation>驳回申诉</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Dismiss</source>
        <translation>不属实</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Dismissed</source>
        <translation>不属实</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Doubtful</source>
        <translation>存疑</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Doubtful: it stays under review</source>
        <translation>存疑，继续核查</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Exception</source>
        <translation>例外认定</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Grant</source>
        <translation>申诉成立</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>It is not so: ask the reviewer to look again, with a reason</source>
        <translation>问题不属实：说明理由，请核查人员复核</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>It is so, and may stay so, for a special reason</source>
        <translation>情况属实，因特殊原因准予保留</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>It still holds: back to the county, with a reason</source>
        <translation>问题仍然成立：退回县级并说明理由</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>It was so, and is corrected now</source>
        <translation>问题属实，已完成整改</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Looked at again; closed later</source>
        <translation>已复核，稍后办结</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Mended: close</source>
        <translation>整改到位</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Not mended</source>
        <translation>整改不到位</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Not so: the finding is closed</source>
        <translation>不属实，办结</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Rechecked</source>
        <translation>已复核</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Reopen</source>
        <translation>重新核查</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Return</source>
        <translation>属实退回</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Take it back under review</source>
        <translation>重新列入核查</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>The correction is right: the finding is closed</source>
        <translation>整改到位，办结</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Upheld</source>
        <translation>属实</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Upheld: the finding goes back to the county, with a reason</source>
        <translation>属实，退回县级整改并说明理由</translation>
    </message>
    <message>
        <location filename="../panels/review/decisions/steps.py"/>
        <source>Your opinion; what others said is shown afterwards</source>
        <translation>您的认定；之后显示他人意见</translation>
    </message>
</context>
<context>
    <name>SummaryPage</name>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Checks made</source>
        <translation>检查次数</translation>
    </message>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Findings</source>
        <translation>发现</translation>
    </message>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Not checkable</source>
        <translation>无法检查</translation>
    </message>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Not checkable: {reason}</source>
        <translation>无法检查：{reason}</translation>
    </message>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Rules with their counts</source>
        <translation>规则及其计数</translation>
    </message>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Tested</source>
        <translation>已检查</translation>
    </message>
</context>
<context>
    <name>Swipe</name>
    <message>
        <location filename="../panels/review/evidence/swipe.py"/>
        <source>After</source>
        <translation>后期</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/swipe.py"/>
        <source>Before</source>
        <translation>前期</translation>
    </message>
    <message>
        <location filename="../panels/review/evidence/swipe.py"/>
        <source>false colour</source>
        <translation>假彩色</translation>
    </message>
</context>
<context>
    <name>Verification</name>
    <message>
        <location filename="../processing_provider/check_history.py"/>
        <source>Check against last year</source>
        <translation>与上年度对照</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_area.py"/>
        <source>Check areas</source>
        <translation>检查面积</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_boundary.py"/>
        <source>Check boundaries</source>
        <translation>检查边界</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_change.py"/>
        <source>Check change</source>
        <translation>检查变化</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_codes.py"/>
        <source>Check codes</source>
        <translation>检查代码</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_control.py"/>
        <source>Check control lines</source>
        <translation>检查管控边界</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_photos.py"/>
        <source>Check evidence photos</source>
        <translation>检查举证照片</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_heights.py"/>
        <source>Check heights</source>
        <translation>检查高程</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_imagery.py"/>
        <source>Check imagery</source>
        <translation>检查影像地类</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_logic.py"/>
        <source>Check logic of attributes</source>
        <translation>检查属性逻辑</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_package.py"/>
        <source>Check package and coordinate system</source>
        <translation>检查成果包与坐标系</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_schema.py"/>
        <source>Check schema</source>
        <translation>检查数据结构</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_statistics.py"/>
        <source>Check statistics</source>
        <translation>检查统计异常</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_terrain.py"/>
        <source>Check terrain</source>
        <translation>检查坡度与地形</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_topology.py"/>
        <source>Check topology</source>
        <translation>检查拓扑</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_tracks.py"/>
        <source>Check tracks</source>
        <translation>检查轨迹</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Findings that are doubtful</source>
        <translation>存疑的发现数</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Findings that are inconsistent</source>
        <translation>不一致的发现数</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Layer of findings</source>
        <translation>发现图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Number of findings</source>
        <translation>发现总数</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Objects not checkable</source>
        <translation>无法检查的对象数</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Objects tested</source>
        <translation>已检查的对象数</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Single families of rules</source>
        <translation>分类检查</translation>
    </message>
    <message>
        <location filename="../processing_provider/verify_submission.py"/>
        <source>Verification</source>
        <translation>核验</translation>
    </message>
    <message>
        <location filename="../processing_provider/verify_submission.py"/>
        <source>Verify submission</source>
        <translation>核验成果包</translation>
    </message>
</context>
<context>
    <name>VerifyDock</name>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Acceptance</source>
        <translation>验收</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <location filename="../panels/verify/export.py"/>
        <source>Cannot save to {path}</source>
        <translation>无法保存到 {path}</translation>
    </message>
    <message>
        <location filename="../panels/verify/export.py"/>
        <source>Export Shown Findings</source>
        <translation>导出所列发现</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Findings</source>
        <translation>发现</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Inputs</source>
        <translation>输入</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>No findings to show. Verify a package, or open the results of an earlier run.</source>
        <translation>没有可显示的发现。请核验成果包，或打开以前的核验结果。</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Nothing to accept yet. Verify a package, or open the results of an earlier run.</source>
        <translation>尚无可验收的成果。请先核验成果包，或打开以往的核验结果。</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Nothing verified yet. Choose a survey package under Inputs, then press Verify.</source>
        <translation>尚未核验。请在“输入”中选择成果包，然后点击“核验”。</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Nothing was found. The summary says what was checked.</source>
        <translation>没有发现问题。检查了什么，见“概况”。</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Open Results</source>
        <translation>打开核验结果</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Queue</source>
        <translation>核查队列</translation>
    </message>
    <message>
        <location filename="../panels/verify/export.py"/>
        <source>Saved to {path}</source>
        <translation>已保存到 {path}</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Summary</source>
        <translation>概况</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>This finding has no place on the map</source>
        <translation>此发现在地图上没有位置</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Verify</source>
        <translation>核验</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Verify Submission</source>
        <translation>成果核验</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Verifying: {what}</source>
        <translation>正在核验：{what}</translation>
    </message>
</context>
<context>
    <name>VerifyPresenter</name>
    <message>
        <location filename="../panels/verify/presenter.py"/>
        <source>Cannot read the findings in {path}: {reason}</source>
        <translation>无法读取 {path} 中的发现：{reason}</translation>
    </message>
    <message>
        <location filename="../panels/verify/presenter.py"/>
        <source>Choose a survey package first</source>
        <translation>请先选择成果包</translation>
    </message>
    <message>
        <location filename="../panels/verify/presenter.py"/>
        <source>{layers} lies in the package itself and cannot speak for it. Choose another.</source>
        <translation>{layers} 就在成果包内，不能用来核验该成果包。请选择其他图层。</translation>
    </message>
</context>
<context>
    <name>VerifyRun</name>
    <message>
        <location filename="../panels/verify/tasks.py"/>
        <source>Reading {name}</source>
        <translation>正在读取 {name}</translation>
    </message>
    <message>
        <location filename="../panels/verify/tasks.py"/>
        <source>The algorithm {name} is not registered.</source>
        <translation>算法 {name} 未注册。</translation>
    </message>
    <message>
        <location filename="../panels/verify/tasks.py"/>
        <source>The run failed.</source>
        <translation>核验未能完成。</translation>
    </message>
</context>
<context>
    <name>VerifyState</name>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Cancelling…</source>
        <translation>正在取消…</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Choose a survey package</source>
        <translation>请选择成果包</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Not verified</source>
        <translation>未完成核验</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Reading the findings…</source>
        <translation>正在读取发现…</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Ready to verify</source>
        <translation>可以开始核验</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Verified</source>
        <translation>核验完成</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Verified; nothing was found</source>
        <translation>核验完成，没有发现问题</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Verifying…</source>
        <translation>正在核验…</translation>
    </message>
</context>
</TS>
